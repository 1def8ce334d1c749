using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Hosting;

/// <summary>What an option says that asks for a part which is not in this build: docs/optional-builds.md.</summary>
public sealed class OptionalBuildOptionsTests
{
    [Fact]
    public void An_engine_that_is_not_in_this_build_is_never_taken_for_the_default_one()
    {
        var mistakes = new JournalOptions { Engine = JournalEngineKind.LiteDb }.Validate("Journal");
#if WITH_LITEDB
        Assert.Empty(mistakes);
#else
        Assert.Equal(["Journal:Engine must be sqlite: litedb is not in this build, which must be made with -p:WithLiteDb=true"], mistakes);
#endif
        Assert.Empty(new JournalOptions().Validate("Journal"));
    }
}
