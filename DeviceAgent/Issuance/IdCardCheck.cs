using System.Globalization;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

/// <summary>What came of waiting for a card.</summary>
public enum CardReading
{
    /// <summary>There is a card.</summary>
    Read,
    /// <summary>One was presented and could not be read.</summary>
    Unreadable,
    /// <summary>The reader is not there, or not well.</summary>
    NoReader,
}

/// <param name="Card">With <see cref="CardReading.Read"/>; the caller's to dispose.</param>
public readonly record struct PresentedCard(CardReading Reading, IdCard? Card = null);

/// <summary>The kiosk's ID-card reader as the pick-up sees it. On the agent's loop, one caller at a time.</summary>
public interface IIdCards
{
    /// <summary>Waits for the next card that is presented. The reader looks for cards only while somebody waits here.</summary>
    ValueTask<PresentedCard> NextAsync(CancellationToken cancellationToken);
}

/// <summary>The pick-up's ID step: a card must carry the number of one passenger's certificate. What is read is compared and dropped.</summary>
internal sealed class IdCardCheck(IIdCards cards, IdCardOptions options, TimeProvider time) : IPassengerCheck
{
    /// <summary>A reader that was unplugged a moment ago, or is just being opened, may come back.</summary>
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromSeconds(5), ReaderRetry = TimeSpan.FromMilliseconds(500);

    /// <summary>How long "not accepted" is shown before a card is asked for again.</summary>
    private static readonly TimeSpan NotAcceptedTime = TimeSpan.FromSeconds(3);

    // Stations stand in China.
    private static readonly TimeSpan StationOffset = TimeSpan.FromHours(8);

    public async ValueTask<PassengerVerdict> CheckAsync(Order order, Action<Guidance> show, CancellationToken cancellationToken)
    {
        switch (IdCardRules.Judge(order, options, DateOnly.FromDateTime(time.GetUtcNow().ToOffset(StationOffset).DateTime)))
        {
            case CardDemand.None:
                return new(true, null);
            case CardDemand.Impossible:
                return new(false, "no passenger has a certificate that the ID-card reader reads");
        }
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var tally = default(CardTally);
        try
        {
            return await WaitAsync(order, show, t => tally = t, wait.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            if (IdCardRules.AtTheEnd(tally, options) == CardStep.FallBack) return new(true, "the ID card could not be read; the code is enough");
            return new(false, tally switch
            {
                { NoPassengers: > 0 } => "the ID card is no passenger's",
                { Unreadable: > 0 } => "the ID card could not be read",
                _ => "no ID card was presented in time",
            });
        }
        finally
        {
            wait.Cancel();
        }
    }

    private async Task<PassengerVerdict> WaitAsync(Order order, Action<Guidance> show, Action<CardTally> remember, CancellationToken wait)
    {
        var tally = default(CardTally);
        long? missingSince = null;
        show(Guidance.PresentCard);
        for (var isAskedAgain = false; ;)
        {
            var presented = await NextAsync(show, isAskedAgain, wait);
            if (presented.Reading == CardReading.NoReader)
            {
                missingSince ??= time.GetTimestamp();
                if (time.GetElapsedTime(missingSince.Value) >= ReaderPatience) return WithoutReader();
                await Task.Delay(ReaderRetry, time, wait);
                continue;
            }
            missingSince = null;
            using (presented.Card)
            {
                if (presented.Card is { } card && IdCardRules.Match(card.Text, order) is { } passenger)
                    return new(true, string.Create(CultureInfo.InvariantCulture, $"card matched passenger {passenger + 1}"));
            }
            tally = presented.Reading == CardReading.Read ? tally with { NoPassengers = tally.NoPassengers + 1 } : tally with { Unreadable = tally.Unreadable + 1 };
            remember(tally);
            switch (IdCardRules.After(tally, options))
            {
                case CardStep.Refuse:
                    return new(false, tally.NoPassengers > 0 ? "the ID card is no passenger's" : "the ID card could not be read");
                case CardStep.FallBack:
                    return new(true, "the ID card could not be read; the code is enough");
            }
            isAskedAgain = true;
        }
    }

    private PassengerVerdict WithoutReader() => options.Fallback == IdCardFallback.CodeIsEnough
        ? new(true, "the ID-card reader is not there; the code is enough")
        : new(false, "the ID-card reader is not there");

    private async ValueTask<PresentedCard> NextAsync(Action<Guidance> show, bool isAskedAgain, CancellationToken wait)
    {
        var next = cards.NextAsync(wait).AsTask();
        if (isAskedAgain && !next.IsCompleted)
        {
            show(Guidance.CardNotAccepted);
            await Task.WhenAny(next, Task.Delay(NotAcceptedTime, time, wait));
            if (!next.IsCompleted) show(Guidance.PresentCard);
        }
        return await next;
    }
}
