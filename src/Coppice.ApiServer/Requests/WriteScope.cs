
using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Kinds;
using Coppice.Objects;
namespace Coppice.ApiServer.Requests;

/// <summary>What a write is about, and on whose behalf.</summary>
/// <param name="Namespace">Empty for kinds that have none.</param>
/// <param name="DryRun">Everything happens but the write.</param>
public sealed record WriteScope(ServedKind Served, string Namespace, Requester User, bool DryRun = false)
{
    public Kind Kind => Served.Kind;

    public GroupResource Resource => Kind;

    public ObjectKey Key(string name) => new(Namespace, name);
}
