using Coppice.Objects;

namespace Coppice.ApiServer.Errors;

/// <summary>A resource as messages name it: "pods", "deployments.apps".</summary>
public readonly record struct GroupResource(string Group, string Resource)
{
    public static implicit operator GroupResource(Kind kind) => new(kind.Group, kind.Resource);

    public override string ToString() => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
}
