using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Whom pods are to the API.</summary>
internal static class ServiceAccountKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<ServiceAccount>(), new ServiceAccountStrategy(), new ServiceAccountTable())
    {
        AnswersDeleted = true,
        Subresources = [Subresource.Action(UnstoredKinds.TokenRequest, "token")],
    };
}
