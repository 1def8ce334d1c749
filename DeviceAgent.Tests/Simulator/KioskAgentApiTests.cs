using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.Simulator;

public sealed class KioskAgentApiTests
{
    [Theory]
    [InlineData("in_doubt", "InDoubt"), InlineData("InDoubt", "InDoubt"), InlineData("issued", "Issued"), InlineData("not_presented", "NotPresented"), InlineData(null, "")]
    public void One_word_in_two_spellings_is_not_two_states(string? text, string word) => Assert.Equal(word, AgentApi.Word(text));
}
