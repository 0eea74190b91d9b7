using Coppice.Cel.Types;

namespace Coppice.Cel.Checking;

/// <summary>What an expression may name.</summary>
/// <param name="Variables">With their types.</param>
/// <param name="TypeNames">Types that can be named as values.</param>
/// <param name="Messages">Types of which objects can be written: <c>Object.spec{…}</c>.</param>
internal sealed record Declarations(
    IReadOnlyDictionary<string, CelType> Variables,
    IReadOnlyDictionary<string, IReadOnlyList<Overload>> Functions,
    IReadOnlyDictionary<string, CelType> TypeNames,
    Func<string, CelType?> Messages);
