using Coppice.Objects.Authentication;
using Coppice.Objects.Authorization;
using Coppice.Objects.Autoscaling;
using Coppice.Objects.Core;
using Coppice.Objects.Metrics;
using Coppice.Objects.Policy;

namespace Coppice.Objects;

/// <summary>Kinds of what is asked, done or shown, and never kept.</summary>
public static class UnstoredKinds
{
    public static readonly Kind Binding = Define<Binding>("", "bindings");

    public static readonly Kind ComponentStatus = Define<ComponentStatus>(
        "", "componentstatuses", namespaced: false, shortNames: ["cs"], deprecated: "v1 ComponentStatus is deprecated in v1.19+");

    public static readonly Kind Eviction = Define<Eviction>("policy", "evictions");

    public static readonly Kind Scale = Define<Scale>("autoscaling", "scales");

    public static readonly Kind TokenRequest = Define<TokenRequest>("authentication.k8s.io", "tokenrequests");

    public static readonly Kind TokenReview = Define<TokenReview>("authentication.k8s.io", "tokenreviews", namespaced: false);

    public static readonly Kind SelfSubjectReview = Define<SelfSubjectReview>("authentication.k8s.io", "selfsubjectreviews", namespaced: false);

    public static readonly Kind SubjectAccessReview = Define<SubjectAccessReview>("authorization.k8s.io", "subjectaccessreviews", namespaced: false);

    public static readonly Kind LocalSubjectAccessReview = Define<LocalSubjectAccessReview>("authorization.k8s.io", "localsubjectaccessreviews");

    public static readonly Kind SelfSubjectAccessReview =
        Define<SelfSubjectAccessReview>("authorization.k8s.io", "selfsubjectaccessreviews", namespaced: false);

    public static readonly Kind SelfSubjectRulesReview =
        Define<SelfSubjectRulesReview>("authorization.k8s.io", "selfsubjectrulesreviews", namespaced: false);

    public static readonly Kind NodeMetrics = Define<NodeMetrics>("metrics.k8s.io", "nodes", namespaced: false, version: "v1beta1");

    public static readonly Kind PodMetrics = Define<PodMetrics>("metrics.k8s.io", "pods", version: "v1beta1");

    private static readonly Kind[] All =
    [
        Binding, Eviction, Scale, TokenRequest, TokenReview, SelfSubjectReview, SubjectAccessReview, LocalSubjectAccessReview, SelfSubjectAccessReview,
        SelfSubjectRulesReview,
    ];

    public static Kind? Find(string group, string name) => All.FirstOrDefault(kind => kind.Group == group && kind.Name == name);

    private static Kind Define<T>(
        string group, string resource, bool namespaced = true, string version = "v1", string[]? shortNames = null, string? deprecated = null)
        where T : KubernetesObject, IJsonReadable<T> => new()
        {
            Group = group,
            Version = version,
            Name = typeof(T).Name,
            Resource = resource,
            Namespaced = namespaced,
            ShortNames = shortNames ?? [],
            Deprecated = deprecated,
            Format = new RecordFormat<T>(),
        };
}
