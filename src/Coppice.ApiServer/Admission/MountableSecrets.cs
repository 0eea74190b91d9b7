using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>
/// The part of Kubernetes' ServiceAccount admission that is asked for by an annotation of the account: its pods use no secrets but those
/// that it names.
/// </summary>
internal sealed class MountableSecrets(ObjectStorage storage) : IValidatingAdmission
{
    private const string Note = "kubernetes.io/enforce-mountable-secrets";

    private static readonly Kind Accounts = BuiltInKinds.Of<ServiceAccount>();

    public string Name => "ServiceAccount";

    public bool Handles(WriteOperation operation) => operation is WriteOperation.Create or WriteOperation.Update;

    public IReadOnlyList<Type>? Records => [typeof(Pod)];

    public async ValueTask ValidateAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        var addsContainers = request is { Operation: WriteOperation.Update, Subresource: "ephemeralcontainers" };
        if (item is not Pod pod || !(addsContainers || request is { Operation: WriteOperation.Create, Subresource: "" }))
        {
            return;
        }

        var key = new ObjectKey(request.Key.Namespace, pod.Spec.ServiceAccountName ?? "default");
        if (await storage.FindAsync(Accounts, key, stop) is { Item: ServiceAccount account }
            && bool.TryParse(account.Metadata.Annotations.Find(Note), out var isEnforced)
            && isEnforced
            && (addsContainers ? OfContainers(account, EphemeralOf(pod), "ephemeral container") : OfPod(account, pod)).FirstOrDefault() is { } why)
        {
            throw ApiErrors.Forbidden(request.Resource, pod.Metadata.Name ?? "", why);
        }
    }

    private static IEnumerable<Container> EphemeralOf(Pod pod) => pod.Spec.EphemeralContainers.Select(container => container.AsContainer());

    private static IEnumerable<string> OfPod(ServiceAccount account, Pod pod) =>
    [
        .. pod.Spec.Volumes
            .Select(volume => volume.Secret?.SecretName)
            .Where(name => !Allows(account, name))
            .Select(name => $"volume with secret.secretName={QuotedText.Of(name!)} is not allowed because service account {account.Metadata.Name} does not reference that secret"),
        .. OfContainers(account, pod.Spec.InitContainers, "init container"),
        .. OfContainers(account, pod.Spec.Containers, "container"),
        .. pod.Spec.ImagePullSecrets
            .Select((secret, index) => (Name: secret.Name ?? "", Index: index))
            .Where(secret => account.ImagePullSecrets.All(one => one.Name != secret.Name))
            .Select(secret => $"imagePullSecrets[{secret.Index}].name={QuotedText.Of(secret.Name)} is not allowed because service account {account.Metadata.Name} does not reference that imagePullSecret"),
    ];

    private static IEnumerable<string> OfContainers(ServiceAccount account, IEnumerable<Container> containers, string what) => containers.SelectMany(container =>
        container.Env
            .Select(variable => (With: $"envVar {variable.Name}", Secret: variable.ValueFrom?.SecretKeyRef?.Name))
            .Concat(container.EnvFrom.Select(source => (With: "envFrom", Secret: source.SecretRef?.Name)))
            .Where(use => !Allows(account, use.Secret))
            .Select(use => $"{what} {container.Name} with {use.With} referencing secret.secretName={QuotedText.Of(use.Secret!)} is not allowed because service account {account.Metadata.Name} does not reference that secret"));

    private static bool Allows(ServiceAccount account, string? secret) => secret is null || account.Secrets.Any(one => one.Name == secret);
}
