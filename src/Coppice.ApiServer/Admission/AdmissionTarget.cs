using Coppice.ApiServer.Kinds;
using Coppice.ApiServer.Requests;
using Coppice.Objects;
using Coppice.Objects.Admissionregistration;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>What a request is about, in the words of admission's rules.</summary>
/// <param name="Kind">The kind whose resource is asked.</param>
/// <param name="Object">What kind the object has that is sent: another than that of the resource where a part of it is asked.</param>
/// <param name="Operation">One of <see cref="OperationType"/>.</param>
/// <param name="Namespace">Of a namespace its own name; empty for other objects of the whole cluster.</param>
/// <param name="Name">Empty where the server is to make one up.</param>
internal sealed record AdmissionTarget(Kind Kind, string Subresource, KindName Object, string Operation, string Namespace, string Name)
{
    private static readonly Kind Namespaces = BuiltInKinds.Of<Namespace>();

    // What says who is asked is not asked about: nobody could be locked out by mistake and never come in again.
    private static readonly HashSet<string> Exempt = new(StringComparer.Ordinal)
    {
        "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration",
    };

    /// <summary>It is one of the objects that say what is admitted.</summary>
    public static bool IsExempt(WriteRequest request) => request.Kind.Group == "admissionregistration.k8s.io" && Exempt.Contains(request.Kind.Name);

    public bool IsNamespace => Kind == Namespaces;

    /// <param name="name">The object's name as far as it is known.</param>
    public static AdmissionTarget Of(WriteRequest request, string name)
    {
        var kind = request.Kind;
        var sent = request.Subresource.Length > 0 && request.Served.Find(request.Subresource) is { } door ? door.Answers : KindName.Of(kind);
        return new(kind, request.Subresource, sent, OperationOf(request.Operation), kind == Namespaces ? name : request.Key.Namespace, name);
    }

    /// <summary>The same request by another version of the resource.</summary>
    public AdmissionTarget By(Kind other) => this with { Kind = other, Object = Object == KindName.Of(Kind) ? KindName.Of(other) : Object };

    public bool Matches(RuleWithOperations rule) => Matches(rule.Operations, rule.ApiGroups, rule.ApiVersions, rule.Resources, rule.Scope);

    public bool Matches(NamedRuleWithOperations rule) =>
        (rule.ResourceNames.IsEmpty || rule.ResourceNames.Contains(Name))
        && Matches(rule.Operations, rule.ApiGroups, rule.ApiVersions, rule.Resources, rule.Scope);

    private bool Matches(ValueList<string> operations, ValueList<string> groups, ValueList<string> versions, ValueList<string> resources, string? scope) =>
        Has(operations, Operation) && Has(groups, Kind.Group) && Has(versions, Kind.Version) && IsInScope(scope) && HasResource(resources);

    private static bool Has(ValueList<string> values, string value)
    {
        foreach (var one in values)
        {
            if (one == "*" || one == value)
            {
                return true;
            }
        }

        return false;
    }

    private bool HasResource(ValueList<string> resources)
    {
        foreach (var one in resources)
        {
            var slash = one.IndexOf('/');
            var resource = slash < 0 ? one : one.AsSpan(0, slash);
            var subresource = slash < 0 ? "" : one.AsSpan(slash + 1);
            if ((resource is "*" || resource.SequenceEqual(Kind.Resource)) && (subresource is "*" || subresource.SequenceEqual(Subresource)))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsInScope(string? scope) => scope switch
    {
        ScopeType.Namespaced => !IsNamespace && Namespace.Length > 0,
        ScopeType.Cluster => IsNamespace || Namespace.Length == 0,
        _ => true,
    };

    /// <returns>One of <see cref="OperationType"/>.</returns>
    public static string OperationOf(WriteOperation operation) => operation switch
    {
        WriteOperation.Create => OperationType.Create,
        WriteOperation.Update => OperationType.Update,
        WriteOperation.Delete => OperationType.Delete,
        _ => OperationType.Connect,
    };
}
