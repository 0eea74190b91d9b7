using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Registry;
using Coppice.ApiServer.Tables;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests;

/// <summary>The built-in kinds as they are served, by the records that hold them.</summary>
internal static class Served
{
    private static readonly Dictionary<Kind, ServedKind> Kinds =
        BuiltInServedKinds.All.Append(ApiServer.Kinds.Autoscaling.ScaleKind.Served).ToDictionary(one => one.Kind);

    public static ServedKind Of(Kind kind) => Kinds[kind];

    public static ServedKind Of<T>() where T : KubernetesObject => Of(BuiltInKinds.Of<T>());

    public static IKindStrategy Strategy<T>() where T : KubernetesObject => Of(BuiltInKinds.Of<T>()).Strategy;

    public static IKindTable Table<T>() where T : KubernetesObject => Of(BuiltInKinds.Of<T>()).Table;

    public static IReadOnlyList<object> Cells(KubernetesObject item, DateTimeOffset now) =>
        [.. Of(item is Objects.Autoscaling.Scale ? UnstoredKinds.Scale : BuiltInKinds.Of(item)).Table.Row(item, now).Cells.Select(cell => cell!)];
}
