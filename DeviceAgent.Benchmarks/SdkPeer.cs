using System.Reflection;
using System.Runtime.Loader;

namespace DeviceAgent.Benchmarks;

/// <summary>An assembly of the reader's own that wraps the official SDK, which is in no package registry.</summary>
/// <remarks>
/// One public type of it has two static methods: <c>byte[] Report()</c>, the POST body of the report of <see cref="Samples.Report"/> (order 1, two passengers), written anew
/// from passengers that are there, and <c>bool Parse(byte[])</c>, true where the answer says is_success.
/// </remarks>
internal sealed record SdkPeer(Func<byte[]> Report, Func<byte[], bool> Parse)
{
    /// <exception cref="InvalidOperationException">There is no such assembly, or it has no such type.</exception>
    public static SdkPeer Load(string path)
    {
        Type[] types;
        try
        {
            types = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(path)).GetExportedTypes();
        }
        catch (Exception e) when (e is IOException or BadImageFormatException or TypeLoadException or ReflectionTypeLoadException)
        {
            throw new InvalidOperationException($"--sdk {path}: {e.Message}", e);
        }
        foreach (var type in types)
        {
            const BindingFlags Found = BindingFlags.Public | BindingFlags.Static;
            var report = type.GetMethod("Report", Found, []);
            var parse = type.GetMethod("Parse", Found, [typeof(byte[])]);
            if (report?.ReturnType == typeof(byte[]) && parse?.ReturnType == typeof(bool))
                return new(report.CreateDelegate<Func<byte[]>>(), parse.CreateDelegate<Func<byte[], bool>>());
        }
        throw new InvalidOperationException($"--sdk {path}: none of its public types has both static byte[] Report() and static bool Parse(byte[]).");
    }

    /// <exception cref="InvalidOperationException">It does not understand the answer.</exception>
    public void Work(byte[] answer)
    {
        if (Report().Length == 0 || !Parse(answer)) throw new InvalidOperationException("The SDK's peer did not understand the answer.");
    }
}
