using Coppice.Cel.Types;

namespace Coppice.Cel.Libraries;

/// <summary>All functions and types that expressions of Kubernetes 1.36 may use.</summary>
internal static class StandardLibraries
{
    public static IEnumerable<Overload> Overloads =>
    [
        .. StandardOperators.Overloads,
        .. StandardArithmetic.Overloads,
        .. StandardConversions.Overloads,
        .. StandardTexts.Overloads,
        .. TimeFunctions.Overloads,
        .. OptionalLibrary.Overloads,
        .. StringsLibrary.Overloads,
        .. ListsLibrary.Overloads,
        .. SetsLibrary.Overloads,
        .. RegexLibrary.Overloads,
        .. UrlLibrary.Overloads,
        .. QuantityLibrary.Overloads,
        .. AddressLibrary.Overloads,
        .. FormatLibrary.Overloads,
        .. SemverLibrary.Overloads,
        .. AuthorizerLibrary.Overloads,
    ];

    public static Dictionary<string, CelType> TypeNames => new(StringComparer.Ordinal)
    {
        ["bool"] = CelType.Bool,
        ["int"] = CelType.Int,
        ["uint"] = CelType.Uint,
        ["double"] = CelType.Double,
        ["string"] = CelType.String,
        ["bytes"] = CelType.Bytes,
        ["list"] = CelType.ListOf(CelType.Dyn),
        ["map"] = CelType.MapOf(CelType.Dyn, CelType.Dyn),
        ["null_type"] = CelType.Null,
        ["type"] = CelType.TypeOf(CelType.Dyn),
        ["optional_type"] = CelType.OptionalOf(CelType.Dyn),
        [QuantityValue.TypeText] = CelType.Opaque(QuantityValue.TypeText),
        [UrlValue.TypeText] = CelType.Opaque(UrlValue.TypeText),
        [SemverValue.TypeText] = CelType.Opaque(SemverValue.TypeText),
        [AddressValue.TypeText] = CelType.Opaque(AddressValue.TypeText),
        [RangeValue.TypeText] = CelType.Opaque(RangeValue.TypeText),
        ["google.protobuf.Timestamp"] = CelType.Timestamp,
        ["google.protobuf.Duration"] = CelType.Duration,
    };
}
