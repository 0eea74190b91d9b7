using System.Text;
using Coppice.ApiServer.Errors;
using Coppice.Objects;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>What is wrong with manifests, as Kubernetes words it.</summary>
internal static class Causes
{
    /// <summary>Of a new object, with its defaults.</summary>
    public static void AreOf<T>(string manifest, params string[] causes) where T : KubernetesObject =>
        Equal(causes, Served.Strategy<T>().Validate(Read<T>(manifest)));

    /// <summary>Of one that replaces another.</summary>
    public static void AreOfUpdate<T>(string manifest, string old, params string[] causes) where T : KubernetesObject =>
        Equal(causes, Served.Strategy<T>().ValidateUpdate(Read<T>(manifest), Read<T>(old)));

    /// <summary>Of a status that replaces another.</summary>
    public static void AreOfStatus<T>(string manifest, string old, params string[] causes) where T : KubernetesObject =>
        Equal(causes, Served.Strategy<T>().ValidateStatusUpdate(Read<T>(manifest), Read<T>(old)));

    public static T Read<T>(string manifest) where T : KubernetesObject =>
        (T)Served.Strategy<T>().Default(ApiJson.Read<T>(Encoding.UTF8.GetBytes(manifest)));

    private static void Equal(string[] causes, IReadOnlyList<FieldError> errors) =>
        Assert.Equal(causes.Select(c => c.TrimEnd(' ')), errors.Select(e => e.ToString()));
}
