using System.Text;
using System.Text.Json;
using DeviceAgent.Platform.Gateway;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Gateway;

public sealed class TopMessageJsonTests
{
    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);

    [Fact]
    public void No_byte_of_a_documents_example_is_written_otherwise()
    {
        Assert.Equal(DocumentExamples.ReturnJson, Text(TopMessageJson.Write(DocumentExamples.Return)));
        Assert.Equal(DocumentExamples.ShipJson, Text(TopMessageJson.Write(DocumentExamples.Ship)));
        Assert.Equal(DocumentExamples.TrainJson, Text(TopMessageJson.Write(DocumentExamples.Train)));
    }

    [Fact]
    public void No_field_is_lost_between_writing_and_reading()
    {
        Assert.Equal(DocumentExamples.Return, TopMessageJson.ReadReturn(Encoding.UTF8.GetBytes(DocumentExamples.ReturnJson)));
        var ship = TopMessageJson.ReadShip(TopMessageJson.Write(DocumentExamples.Ship))!;
        Assert.Equal(DocumentExamples.ShipJson, Text(TopMessageJson.Write(ship)));
        Assert.Equal(DocumentExamples.Ship.PassengerList![0].TicketList![0], ship.PassengerList![0].TicketList![0]);
        var train = TopMessageJson.ReadTrain(TopMessageJson.Write(DocumentExamples.Train))!;
        Assert.Equal(DocumentExamples.TrainJson, Text(TopMessageJson.Write(train)));
        Assert.Equal(DocumentExamples.Train.BookTrainDetails[0].BookTicketDetails[0], train.BookTrainDetails[0].BookTicketDetails[0]);
    }

    [Fact]
    public void False_and_zero_are_never_left_out_and_null_always_is()
    {
        var bare = new ShipAgentConfirmBookRq { AgentOrderId = "a", AlitripOrderId = "b", Success = false, TicketCount = 0, PassengerList = [new() { TicketList = [new() { TicketId = "t", TicketPrice = 0, TicketType = "1" }] }] };
        Assert.Equal(
            """{"agent_order_id":"a","alitrip_order_id":"b","passenger_list":[{"ticket_list":[{"ticket_id":"t","ticket_price":0,"ticket_type":"1"}]}],"success":false,"ticket_count":0}""",
            Text(TopMessageJson.Write(bare)));
    }

    [Fact]
    public void A_time_is_never_sent_in_another_zone_than_the_platforms() =>
        Assert.Contains("\"success_time\":\"2026-03-01 00:30:00\"", Text(TopMessageJson.Write(DocumentExamples.Return with { SuccessTime = new(2026, 2, 28, 16, 30, 0, TimeSpan.Zero) })), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"agent_order_id":"A","agent_return_ticket_status":1,"agent_return_ticket_type":"0","later":{"deep":[1,{"a":null}]}}""")]
    [InlineData("\uFEFF{\"agent_order_id\":\"A\",\"agent_return_ticket_status\":\"1\",\"agent_return_ticket_type\":0,\"isign\":null}")]
    public void A_member_that_is_not_known_does_not_hide_the_others(string json) =>
        Assert.Equal(new AgentConfirmReturnRq { AgentOrderId = "A", AgentReturnTicketStatus = 1, AgentReturnTicketType = 0 }, TopMessageJson.ReadReturn(Encoding.UTF8.GetBytes(json)));

    [Theory]
    [InlineData("", "$ ")]
    [InlineData("null", "$ is null")]
    [InlineData("[]", "$ ")]
    [InlineData("{", "$ ")]
    [InlineData("""{"agent_order_id":"a","alitrip_order_id":"b"}""", "$ lacks success")]
    [InlineData("""{"success":true,"success":false}""", "$")]
    [InlineData("""{"success":"true"}""", "$.success ")]
    [InlineData("""{"success":true,"passenger_list":[{"ticket_list":[{"ticket_id":"x","ticket_price":1.5}]}]}""", "$.passenger_list[0].ticket_list[0].ticket_price ")]
    [InlineData("""{"success":true,"passenger_list":[{"ticket_list":[{"ticket_id":"x","ticket_type":"1"}]}]}""", "$.passenger_list[0].ticket_list[0] lacks ticket_price")]
    [InlineData("""{"success":true,"passenger_list":[{"ticket_list":[{"expire_time":"soon"}]}]}""", "$.passenger_list[0].ticket_list[0].expire_time ")]
    [InlineData("""{"success":true,"agent_order_id":"\ud800"}""", "$.agent_order_id ")]
    public void What_is_not_of_the_documents_shape_is_refused_and_the_place_is_named(string json, string place)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Assert.Null(TopMessageJson.ReadShip(bytes, out var whyNot));
        Assert.StartsWith(place, whyNot, StringComparison.Ordinal);
        Assert.Null(TopMessageJson.ReadShip(bytes));
    }

    [Fact]
    public void A_return_that_does_not_tell_its_result_is_never_taken_for_one_that_does()
    {
        Assert.Null(TopMessageJson.ReadReturn("""{"agent_order_id":"A380"}"""u8, out var whyNot));
        Assert.Equal("$ lacks agent_return_ticket_status, agent_return_ticket_type", whyNot);
    }

    [Fact]
    public void No_text_changes_on_its_way_through_JSON()
    {
        Check.QuickThrowOnFailure(Prop.ForAll<string>(any =>
        {
            // Half a surrogate pair has no UTF-8: what is written is the replacement character.
            var text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(any ?? ""));
            var json = TopMessageJson.Write(DocumentExamples.Return with { PassengerName = any ?? "" });
            using var independent = JsonDocument.Parse(json);
            return independent.RootElement.GetProperty("passenger_name").GetString() == text && TopMessageJson.ReadReturn(json)!.PassengerName == text;
        }));
    }

    [Fact]
    public void A_reason_never_grows_with_what_was_sent()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"" + new string('x', 200) + "\":", 70));
        Assert.Null(TopMessageJson.ReadTrain(Encoding.UTF8.GetBytes(deep), out var whyNot));
        Assert.InRange(whyNot!.Length, 10, 200);
    }

    [Fact]
    public void Mutated_JSON_never_crashes_the_reader()
    {
        var random = new Random(20261126);
        byte[][] samples = [.. new[] { DocumentExamples.ReturnJson, DocumentExamples.ShipJson, DocumentExamples.TrainJson }.Select(Encoding.UTF8.GetBytes)];
        var (read, refused) = (0, 0);
        for (var i = 0; i < 9_000; i++)
        {
            var json = Mutation.Of(samples[i % 3], random, "{}[]\",:\\0-"u8);
            object? result = (i % 3) switch { 0 => TopMessageJson.ReadReturn(json), 1 => TopMessageJson.ReadShip(json), _ => TopMessageJson.ReadTrain(json) };
            if (result is null) refused++;
            else read++;
            // What was read may lack anything, and the checks must stand that.
            var faults = result switch { AgentConfirmReturnRq r => ReturnTicketConfirm.Faults(r), ShipAgentConfirmBookRq s => ShipOrderNotify.Faults(s), BookCallbackParam t => TrainCallbackBook.Faults(t), _ => [] };
            Assert.All(faults, fault => Assert.Equal("40", fault.Code));
        }
        Assert.InRange(read, 500, 8_500);
        Assert.InRange(refused, 500, 8_500);
    }
}
