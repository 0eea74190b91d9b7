using Coppice.Objects;

namespace Coppice.ApiServer.OpenApi;

/// <summary>The names under which Kubernetes publishes types: the path of a Go package with its host reversed, then the type.</summary>
internal static class DefinitionNames
{
    public const string Time = Meta + "Time";
    public const string MicroTime = Meta + "MicroTime";
    public const string FieldsV1 = Meta + "FieldsV1";
    public const string Patch = Meta + "Patch";
    public const string WatchEvent = Meta + "WatchEvent";
    public const string ListMeta = Meta + "ListMeta";
    public const string Status = Meta + "Status";
    public const string DeleteOptions = Meta + "DeleteOptions";
    public const string Json = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON";
    public const string RawExtension = "io.k8s.apimachinery.pkg.runtime.RawExtension";
    public const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    public const string IntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";

    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    public static string Of(ObjectSchema type) => $"{type.Package}.{type.Version}.{type.Name}";

    public static string ListOf(ObjectSchema type) => Of(type) + "List";
}
