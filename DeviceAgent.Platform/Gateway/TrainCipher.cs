using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Platform.Interop;

namespace DeviceAgent.Platform.Gateway;

/// <summary>Encrypts passenger_info of a train report: SM4 over UTF-8, PKCS #7, in the mode and form that the partner wants.</summary>
/// <remarks>
/// Source: GB/T 32907; alitrip.btrip.supplychain.train.callback.book, API document ("SM4加密").
/// SM4 is OpenSSL's, by <see cref="LibCrypto"/>: .NET has none. Holds nothing but the key; any thread may call it.
/// </remarks>
public sealed class TrainCipher
{
    private const int BlockBytes = 16;

    private readonly byte[] _key, _iv;
    private readonly TrainCipherOutput _output;

    private TrainCipher(byte[] key, byte[] iv, TrainCipherOutput output) => (_key, _iv, _output) = (key, iv, output);

    /// <param name="key">As <see cref="TrainCipherOptions.KeyForm"/> says; null where there is none.</param>
    /// <param name="whyNot">What is missing or wrong, never the key itself; null when there is a cipher.</param>
    /// <returns>Null when it cannot encrypt as the partner wants: then no train report may be sent.</returns>
    public static TrainCipher? TryCreate(TrainCipherOptions options, string? key, out string? whyNot)
    {
        ArgumentNullException.ThrowIfNull(options);
        whyNot = options.Validate("Train").FirstOrDefault();
        if (whyNot is null && options.Output is null) whyNot = "Train:Output is not set: Hex or Base64, by the partner's word";
        if (whyNot is null && string.IsNullOrEmpty(key)) whyNot = "the train key is not set";
        if (whyNot is not null) return null;
        var bytes = options.KeyForm == TrainKeyForm.Text ? Encoding.UTF8.GetBytes(key!) : TrainCipherOptions.IsBlock(key) ? Convert.FromHexString(key!) : [];
        if (bytes.Length != BlockBytes)
        {
            whyNot = options.KeyForm == TrainKeyForm.Text ? "the train key must be 16 bytes of text" : "the train key must be 32 hex digits";
            return null;
        }
        var cipher = new TrainCipher(bytes, options.Mode == TrainCipherMode.Cbc ? Convert.FromHexString(options.Iv!) : [], options.Output!.Value);
        whyNot = cipher.Try();
        return whyNot is null ? cipher : null;
    }

    /// <summary>The same report with each value of each passenger encrypted that is told: type, sex and id, too.</summary>
    /// <param name="request">Complete, by <see cref="TrainCallbackBook.Check"/>.</param>
    internal BookCallbackParam Encrypt(BookCallbackParam request) => request with { BookTrainDetails = [.. request.BookTrainDetails.Select(Encrypt)] };

    internal string Encrypt(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[plain.Length + 2 * BlockBytes];
        using var context = LibCrypto.NewCipherContext();
        Require(context.IsInvalid ? 0 : 1);
        Require(LibCrypto.EncryptInit(context, _iv.Length == 0 ? LibCrypto.Sm4Ecb() : LibCrypto.Sm4Cbc(), 0, _key, _iv));
        Require(LibCrypto.EncryptUpdate(context, sealedBytes, out var length, plain, plain.Length));
        Require(LibCrypto.EncryptFinal(context, sealedBytes.AsSpan(length), out var last));
        var result = sealedBytes.AsSpan(0, length + last);
        return _output == TrainCipherOutput.Hex ? Convert.ToHexStringLower(result) : Convert.ToBase64String(result);
    }

    private static void Require(int done)
    {
        if (done != 1) throw new CryptographicException("OpenSSL could not encrypt with SM4.");
    }

    /// <summary>A library without SM4, or one whose policy forbids it, is found before anything depends on it.</summary>
    private string? Try()
    {
        try
        {
            Encrypt("0");
            return null;
        }
        catch (DllNotFoundException)
        {
            return $"{LibCrypto.Library} is not installed";
        }
        catch (EntryPointNotFoundException)
        {
            return $"{LibCrypto.Library} has no SM4";
        }
        catch (CryptographicException)
        {
            return $"{LibCrypto.Library} refuses SM4";
        }
    }

    private BookTrainDetail Encrypt(BookTrainDetail train) => train with { BookTicketDetails = [.. train.BookTicketDetails.Select(ticket => ticket with { PassengerInfo = Encrypt(ticket.PassengerInfo) })] };

    private PassengerInfo Encrypt(PassengerInfo plain) => new()
    {
        PassengerName = Encrypt(plain.PassengerName),
        PassengerMobile = Encrypt(plain.PassengerMobile),
        PassengerIdNo = Encrypt(plain.PassengerIdNo),
        PassengerIdType = Encrypt(plain.PassengerIdType),
        CountryCode = EncryptTold(plain.CountryCode),
        Sex = EncryptTold(plain.Sex),
        PassengerId = Encrypt(plain.PassengerId),
        ValidDateStart = EncryptTold(plain.ValidDateStart),
        BirthDate = EncryptTold(plain.BirthDate),
        ValidDateEnd = EncryptTold(plain.ValidDateEnd),
    };

    private string? EncryptTold(string? text) => text is null ? null : Encrypt(text);
}
