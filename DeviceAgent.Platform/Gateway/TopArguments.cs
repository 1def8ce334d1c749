namespace DeviceAgent.Platform.Gateway;

/// <summary>Local checks of nested arguments: what a document calls required must be there, wherever it stands. Each fault names its path.</summary>
/// <remarks>Lists and their elements come from JSON as well, so that null stands in any place.</remarks>
internal static class TopArguments
{
    public static IEnumerable<TopFault> Missing(string prefix, params IEnumerable<(string Name, string? Value)> required) =>
        required.Where(argument => string.IsNullOrEmpty(argument.Value)).Select(argument => TopFaultRules.Missing(prefix + argument.Name));

    public static IEnumerable<TopFault> OfList<T>(string at, IReadOnlyList<T>? list, Func<string, T, IEnumerable<TopFault>> faultsOf) where T : class =>
        list is null ? [] : list.SelectMany((element, index) => element is null ? [TopFaultRules.Missing($"{at}[{index}]")] : faultsOf($"{at}[{index}]", element));

    /// <summary>A required list must hold something, too.</summary>
    public static IEnumerable<TopFault> OfRequiredList<T>(string at, IReadOnlyList<T>? list, Func<string, T, IEnumerable<TopFault>> faultsOf) where T : class =>
        list is null or { Count: 0 } ? [TopFaultRules.Missing(at)] : OfList(at, list, faultsOf);
}
