using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Apiregistration;

namespace Coppice.ApiServer.Kinds.Apiregistration;

/// <summary>Who serves which version of which group of the API.</summary>
internal static class APIServiceKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<APIService>(), new APIServiceStrategy(), new APIServiceTable())
    {
        NeedsVersion = true,
        NameRule = Names.PathSegment,
        Subresources = [Subresource.Status(BuiltInKinds.Of<APIService>())],
    };
}
