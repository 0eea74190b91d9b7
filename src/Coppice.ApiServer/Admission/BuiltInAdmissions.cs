using Coppice.ApiServer.Authorization;
using Coppice.ApiServer.Storage;

namespace Coppice.ApiServer.Admission;

/// <summary>What every write passes, in Kubernetes' order. To add an admission, add a line.</summary>
internal static class BuiltInAdmissions
{
    /// <param name="patience">Of pods with their nodes, where they do not say.</param>
    public static IReadOnlyList<IAdmission> Of(ObjectStorage storage, Authorizer authorizer, Func<DefaultTolerations> patience, TimeProvider time, Random random) =>
    [
        new NamespaceLifecycle(storage),
        new LimitRanger(new(storage)),
        new PodAdmission(storage, time, random),
        new MountableSecrets(storage),
        new NodeRestriction(storage),
        new PodSecurityAdmission(storage),
        new PriorityAdmission(new(storage)),
        new DefaultTolerationSeconds(patience),
        new DefaultStorageClass(storage),
        new StorageProtection(),
        new ClaimResize(storage),
        new RuntimeClassAdmission(storage),
        new DeviceAdminAccess(storage),
        new DeviceStatusAuthorization(authorizer),
        new CertificateAuthorization(authorizer),
        new CertificateSubjectRestriction(),
        new DefaultIngressClass(storage),
    ];
}
