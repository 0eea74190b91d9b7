using Coppice.ApiServer.Tests.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Tests.Tables;

public sealed class StorageTableTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_volume_shows_its_claim_and_its_class()
    {
        Assert.Equal<object>(["a", "0", "", "Retain", "Pending", "", "", "<unset>", "", "90s", "Filesystem"], Cells<PersistentVolume>("\"spec\":{}"));
        Assert.Equal<object>(
            ["a", "1Gi", "RWO,ROX,RWX", "Delete", "Bound", "n/c", "fast", "gold", "why", "90s", "Block"],
            Cells<PersistentVolume>(
                """
                "spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteMany","ReadOnlyMany","ReadWriteOnce"],"claimRef":{"namespace":"n","name":"c"},
                "persistentVolumeReclaimPolicy":"Delete","storageClassName":"fast","volumeAttributesClassName":"gold","volumeMode":"Block"},
                "status":{"phase":"Bound","reason":"why"}
                """));
    }

    [Fact]
    public void The_kinds_of_storage_show_what_they_are_about()
    {
        Assert.Equal<object>(["a", "p", "Delete", "Immediate", false, "90s"], Cells<StorageClass>("\"provisioner\":\"p\""));
        Assert.Equal<object>(
            ["a (default)", "p", "Retain", "WaitForFirstConsumer", true, "90s"],
            Cells<StorageClass>(
                "\"provisioner\":\"p\",\"reclaimPolicy\":\"Retain\",\"volumeBindingMode\":\"WaitForFirstConsumer\",\"allowVolumeExpansion\":true",
                "\"annotations\":{\"storageclass.kubernetes.io/is-default-class\":\"true\"},"));
        Assert.Equal<object>(["a", "d", "90s"], Cells<VolumeAttributesClass>("\"driverName\":\"d\""));
        Assert.Equal<object>(
            ["a", "d", "v", "n", true, "90s"],
            Cells<VolumeAttachment>("\"spec\":{\"attacher\":\"d\",\"nodeName\":\"n\",\"source\":{\"persistentVolumeName\":\"v\"}},\"status\":{\"attached\":true}"));
        Assert.Equal<object>(["a", true, false, false, "<unset>", false, "Persistent", "90s"], Cells<CSIDriver>("\"spec\":{}"));
        Assert.Equal<object>(["a", 1L, "90s"], Cells<CSINode>("\"spec\":{\"drivers\":[{\"name\":\"d\",\"nodeID\":\"n\"}]}"));
        Assert.Equal<object>(["a", "c", "1Gi"], Cells<CSIStorageCapacity>("\"storageClassName\":\"c\",\"capacity\":\"1Gi\""));
    }

    private static IReadOnlyList<object> Cells<T>(string fields, string metadata = "") where T : KubernetesObject =>
        Served.Cells(Causes.Read<T>($$$"""{"metadata":{{{{metadata}}}"name":"a","creationTimestamp":"2026-03-01T11:58:30Z"},{{{fields}}}}"""), Now);
}
