using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Requests;
using Coppice.ApiServer.Storage;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Admission;

/// <summary>What Kubernetes' ServiceAccount admission does to new pods: the namespace's account and its token volume.</summary>
internal sealed class PodAdmission(ObjectStorage storage, TimeProvider time, Random random) : IMutatingAdmission
{
    // A namespace gets its account a moment after it was made, and one "kubectl apply" makes the pods in it just as fast.
    private const int AccountLooks = 10;
    private static readonly TimeSpan AccountPause = TimeSpan.FromMilliseconds(100);

    private const string TokenMountPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    private static readonly Kind Accounts = BuiltInKinds.Of<ServiceAccount>();

    public bool Handles(WriteOperation operation) => operation == WriteOperation.Create;

    public IReadOnlyList<Type>? Records => [typeof(Pod)];

    public async ValueTask<KubernetesObject?> AdmitAsync(WriteRequest request, KubernetesObject? item, KubernetesObject? old, CancellationToken stop)
    {
        if (item is not Pod pod)
        {
            return item;
        }

        var name = string.IsNullOrEmpty(pod.Spec.ServiceAccountName) ? "default" : pod.Spec.ServiceAccountName;
        if (await FindAccountAsync(new(request.Key.Namespace, name), stop) is not { } account)
        {
            throw ApiErrors.Forbidden(
                request.Resource,
                pod.Metadata.Name ?? "",
                $"error looking up service account {request.Key.Namespace}/{name}: serviceaccount \"{name}\" not found");
        }

        var spec = pod.Spec;
        var (volumes, containers, initContainers) = spec.AutomountServiceAccountToken ?? account.AutomountServiceAccountToken ?? true
            ? MountToken(spec)
            : (spec.Volumes, spec.Containers, spec.InitContainers);
        return pod with
        {
            Spec = spec with
            {
                ServiceAccountName = name,
                ServiceAccount = name,
                ImagePullSecrets = spec.ImagePullSecrets.IsEmpty ? account.ImagePullSecrets : spec.ImagePullSecrets,
                Volumes = volumes,
                Containers = containers,
                InitContainers = initContainers,
            },
        };
    }

    private async ValueTask<ServiceAccount?> FindAccountAsync(ObjectKey account, CancellationToken stop)
    {
        for (var look = 1; ; look++)
        {
            if (await storage.FindAsync(Accounts, account, stop) is { Item: ServiceAccount found })
            {
                return found;
            }

            if (look == AccountLooks)
            {
                return null;
            }

            await Task.Delay(AccountPause, time, stop);
        }
    }

    private (ValueList<Volume> Volumes, ValueList<Container> Containers, ValueList<Container> InitContainers) MountToken(PodSpec spec)
    {
        if (AllMountToken(spec.Containers) && AllMountToken(spec.InitContainers))
        {
            return (spec.Volumes, spec.Containers, spec.InitContainers);
        }

        var volume = new Volume
        {
            Name = $"kube-api-access-{RandomNames.Suffix(random)}",
            Projected = TokenAccess.Source,
        };
        var mount = new VolumeMount { Name = volume.Name, ReadOnly = true, MountPath = TokenMountPath };
        return (spec.Volumes.Add(volume), spec.Containers.Change(WithMount), spec.InitContainers.Change(WithMount));

        Container WithMount(Container container) => MountsToken(container) ? container : container with { VolumeMounts = container.VolumeMounts.Add(mount) };
    }

    private static bool AllMountToken(ValueList<Container> containers)
    {
        foreach (var container in containers)
        {
            if (!MountsToken(container))
            {
                return false;
            }
        }

        return true;
    }

    private static bool MountsToken(Container container)
    {
        foreach (var mount in container.VolumeMounts)
        {
            if (mount.MountPath == TokenMountPath)
            {
                return true;
            }
        }

        return false;
    }
}
