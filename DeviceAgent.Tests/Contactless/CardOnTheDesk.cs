using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Simulator.Contactless;

namespace DeviceAgent.Tests.Contactless;

/// <summary>A simulated card without any reader in between: answers APDUs, and class FFh as a PC/SC reader would.</summary>
internal sealed class CardOnTheDesk(SimulatedCard card, CardTechnology technology) : ICardChannel
{
    public int Exchanges { get; private set; }

    public CardTechnology Technology => technology;

    public static CardOnTheDesk Of(SimulatedCard card) => new(card, card switch
    {
        Type4Card => CardTechnology.Apdu,
        Type2Card => CardTechnology.Pages,
        _ => CardTechnology.Other,
    });

    public ValueTask<CardAnswer> ExchangeAsync(ReadOnlyMemory<byte> command, Memory<byte> answer, CancellationToken cancellationToken)
    {
        Exchanges++;
        byte[]? bytes = command.Span switch
        {
            [0xFF, 0xCA, ..] => [.. card.Uid, 0x90, 0x00],
            [0xFF, 0xB0, 0x00, var page, 0x10] => card.Exchange([0x30, page]) is not { } data ? null : data.Length == 16 ? [.. data, 0x90, 0x00] : [0x63, 0x00],
            _ => card.Exchange(command.Span),
        };
        if (bytes is null) return ValueTask.FromResult(CardAnswer.Without(CardFault.Left));
        bytes.CopyTo(answer);
        return ValueTask.FromResult(new CardAnswer(CardFault.None, bytes.Length));
    }
}

/// <summary>Answers as it was told to, whatever is asked.</summary>
internal sealed class ScriptedCard(params IReadOnlyList<string> answers) : ICardChannel
{
    public List<string> Commands { get; } = [];

    public CardTechnology Technology { get; init; } = CardTechnology.Apdu;

    public ValueTask<CardAnswer> ExchangeAsync(ReadOnlyMemory<byte> command, Memory<byte> answer, CancellationToken cancellationToken)
    {
        Commands.Add(Convert.ToHexString(command.Span));
        var bytes = Convert.FromHexString(answers[Math.Min(Commands.Count, answers.Count) - 1].Replace(" ", "", StringComparison.Ordinal));
        bytes.CopyTo(answer);
        return ValueTask.FromResult(new CardAnswer(CardFault.None, bytes.Length));
    }
}
