using FsCheck;
using FsCheck.Fluent;

namespace Coppice.ApiServer.Tests.Patching;

/// <summary>Random JSON objects without nulls, from few names, so that two of them meet.</summary>
internal static class JsonTrees
{
    public static Gen<string> Objects(int depth = 3) =>
        from names in Gen.SubListOf("a", "b", "c", "d")
        from values in Values(depth - 1).ListOf(4)
        select "{" + string.Join(',', names.Zip(values, (n, v) => $"\"{n}\":{v}")) + "}";

    private static Gen<string> Values(int depth) => depth <= 0
        ? Scalars()
        : Gen.OneOf(Scalars(), Objects(depth), Values(depth - 1).ListOf(2).Select(l => $"[{string.Join(',', l)}]"));

    private static Gen<string> Scalars() => Gen.Elements("1", "2", "\"x\"", "\"y\"", "true");
}
