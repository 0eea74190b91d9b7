using Coppice.Objects;
using Coppice.Objects.Core;
using Coppice.Objects.Storage;

namespace Coppice.ApiServer.Tests.Validation;

/// <summary>Bad manifests of storage.k8s.io, of volumes and their claims, with the causes that Kubernetes gives.</summary>
public sealed class StorageValidationTests
{
    private const string NotSubdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string Rest = "\"accessModes\":[\"ReadWriteOnce\"],\"capacity\":{\"storage\":\"1Gi\"}";

    [Theory]
    [InlineData("\"hostPath\":{\"path\":\"/a\"}")]
    [InlineData("\"volumeMode\":\"Block\"", "spec: Required value: must specify a volume type")]
    [InlineData("\"hostPath\":{\"path\":\"/a/../b\"}", "spec.hostPath.path: Invalid value: \"/a/../b\": must not contain '..'")]
    [InlineData("\"hostPath\":{\"path\":\"/a\"},\"nfs\":{\"server\":\"s\",\"path\":\"/\"}", "spec.nfs: Forbidden: may not specify more than 1 volume type")]
    [InlineData(
        "\"hostPath\":{\"path\":\"/\"},\"persistentVolumeReclaimPolicy\":\"Recycle\"",
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'")]
    [InlineData("\"local\":{\"path\":\"/a\"}", "spec.nodeAffinity: Required value: Local volume requires node affinity")]
    [InlineData(
        "\"hostPath\":{\"path\":\"/a\"},\"nodeAffinity\":{}", "spec.nodeAffinity.required: Required value: must specify required node constraints")]
    [InlineData("\"gcePersistentDisk\":{\"partition\":300}",
        "spec.persistentDisk.pdName: Required value", "spec.persistentDisk.partition: Invalid value: 300: must be between 1 and 255, inclusive")]
    [InlineData("\"awsElasticBlockStore\":{}", "spec.awsElasticBlockStore.volumeID: Required value")]
    [InlineData("\"glusterfs\":{}", "spec.glusterfs.endpoints: Required value", "spec.glusterfs.path: Required value")]
    [InlineData("\"nfs\":{\"server\":\"s\",\"path\":\"a\"}", "spec.nfs.path: Invalid value: \"a\": must be an absolute path")]
    [InlineData("\"rbd\":{}", "spec.rbd.monitors: Required value", "spec.rbd.image: Required value")]
    [InlineData("\"cephfs\":{}", "spec.cephfs.monitors: Required value")]
    [InlineData("\"cinder\":{\"secretRef\":{}}",
        "spec.cinder.volumeID: Required value", "spec.cinder.secretRef.name: Required value", "spec.cinder.secretRef.namespace: Required value")]
    [InlineData("\"iscsi\":{\"targetPortal\":\"a\",\"iqn\":\"x\",\"lun\":256,\"chapAuthSession\":true}",
        "spec.iscsi.iqn: Invalid value: \"x\": must be valid format starting with iqn, eui, or naa",
        "spec.iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive",
        "spec.iscsi.secretRef: Required value")]
    [InlineData("\"iscsi\":{\"targetPortal\":\"a\",\"iqn\":\"iqn.2001-04.com.example:storage.disk2\"}")]
    [InlineData("\"fc\":{}", "spec.fc.targetWWNs: Required value: must specify either targetWWNs or wwids, but not both")]
    [InlineData("\"fc\":{\"targetWWNs\":[\"a\"]}", "spec.fc.lun: Required value: lun is required if targetWWNs is specified")]
    [InlineData("\"flocker\":{}", "spec.flocker: Required value: one of datasetName and datasetUUID is required")]
    [InlineData("\"flexVolume\":{\"options\":{\"x.k8s.io/a\":\"b\"}}",
        "spec.flexVolume.driver: Required value",
        "spec.flexVolume.options[x.k8s.io/a]: Invalid value: \"x.k8s.io/a\": kubernetes.io and k8s.io namespaces are reserved")]
    [InlineData("\"azureFile\":{\"secretName\":\"a\",\"shareName\":\"b\",\"secretNamespace\":\"\"}", "spec.azureFile.secretNamespace: Required value")]
    [InlineData("\"azureDisk\":{\"diskName\":\"a\",\"diskURI\":\"b\",\"kind\":\"Managed\"}",
        "spec.azureDisk.diskURI: Unsupported value: \"b\": supported values: \"/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}\"")]
    [InlineData("\"vsphereVolume\":{}", "spec.vsphereVolume.volumePath: Required value")]
    [InlineData("\"photonPersistentDisk\":{}", "spec.photonPersistentDisk.pdID: Required value")]
    [InlineData("\"portworxVolume\":{}", "spec.portworxVolume.volumeID: Required value")]
    [InlineData("\"quobyte\":{\"registry\":\"a\",\"volume\":\"v\"}",
        "spec.quobyte.registry: Invalid value: \"a\": must be a host:port pair or multiple pairs separated by commas")]
    [InlineData("\"scaleIO\":{}", "spec.scaleIO.gateway: Required value", "spec.scaleIO.system: Required value", "spec.scaleIO.volumeName: Required value")]
    [InlineData("\"storageos\":{}", "spec.storageos.volumeName: Required value")]
    [InlineData("\"csi\":{\"driver\":\"a_b\"}", $"spec.csi.driver: Invalid value: \"a_b\": {NotSubdomain}", "spec.csi.volumeHandle: Required value")]
    [InlineData("\"csi\":{\"driver\":\"a\",\"volumeHandle\":\"b\",\"nodePublishSecretRef\":{\"name\":\"a\"}}", "spec.csi.nodePublishSecretRef.namespace: Required value")]
    [InlineData("\"hostPath\":{\"path\":\"/a\"},\"volumeAttributesClassName\":\"\"",
        "spec.volumeAttributesClassName: Required value: an empty string is disallowed",
        "spec.csi: Required value: has to be specified when using volumeAttributesClassName")]
    [InlineData("\"hostPath\":{\"path\":\"/a\"},\"persistentVolumeReclaimPolicy\":\"Keep\",\"volumeMode\":\"Tape\",\"storageClassName\":\"A\"",
        "spec.persistentVolumeReclaimPolicy: Unsupported value: \"Keep\": supported values: \"Delete\", \"Recycle\", \"Retain\"",
        $"spec.storageClassName: Invalid value: \"A\": {NotSubdomain}",
        "spec.volumeMode: Unsupported value: \"Tape\": supported values: \"Block\", \"Filesystem\"")]
    public void A_volume_is_refused_for(string spec, params string[] causes) => Causes.AreOf<PersistentVolume>($$$"""{"spec":{ {{{Rest}}},{{{spec}}} } }""", causes);

    [Fact]
    public void A_volume_has_one_size_and_known_ways_to_be_mounted() => Causes.AreOf<PersistentVolume>(
        """{"spec":{"hostPath":{"path":"/a"},"accessModes":["ReadWriteOncePod","ReadOnlyMany","Sometimes"],"capacity":{"storage":"0"}}}""",
        """spec.accessModes: Unsupported value: "Sometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod" """,
        "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
        """spec.capacity[storage]: Invalid value: "0": must be greater than zero""");

    [Fact]
    public void A_volume_stays_where_it_is()
    {
        const string Old = $$$"""{"spec":{ {{{Rest}}},"csi":{"driver":"a","volumeHandle":"b"} } }""";
        Causes.AreOfUpdate<PersistentVolume>(
            Old.Replace("\"b\"}", "\"b\",\"controllerExpandSecretRef\":{\"name\":\"s\",\"namespace\":\"n\"}}", StringComparison.Ordinal), Old);
        Causes.AreOfUpdate<PersistentVolume>(
            Old.Replace("\"b\"", "\"c\"", StringComparison.Ordinal),
            Old,
            "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n- spec.csi.volumeHandle: \"b\"\n+ spec.csi.volumeHandle: \"c\"\n");
    }

    [Fact]
    public void What_of_a_volume_is_old_is_warned_of() => Assert.Equal(
        [
            "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \"storageClassName\" attribute instead",
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
            "spec.glusterfs: deprecated in v1.25, non-functional in v1.26+",
        ],
        Served.Strategy<PersistentVolume>().Warnings(Causes.Read<PersistentVolume>(
            """{"metadata":{"annotations":{"volume.beta.kubernetes.io/storage-class":"a"}},"spec":{"persistentVolumeReclaimPolicy":"Recycle","glusterfs":{}}}""")));

    [Theory]
    [InlineData("\"provisioner\":\"example.com/p\",\"allowedTopologies\":[{\"matchLabelExpressions\":[{\"key\":\"zone\",\"values\":[\"a\"]}]}]")]
    [InlineData("\"parameters\":{\"\":\"a\"}", "provisioner: Required value", "parameters: Invalid value: \"\": field can not be empty.")]
    [InlineData("\"provisioner\":\"a\",\"reclaimPolicy\":\"Recycle\",\"volumeBindingMode\":\"Later\"",
        "reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\"",
        "volumeBindingMode: Unsupported value: \"Later\": supported values: \"Immediate\", \"WaitForFirstConsumer\"")]
    [InlineData("\"provisioner\":\"a\",\"allowedTopologies\":[{\"matchLabelExpressions\":[{\"key\":\"zone\",\"values\":[\"a\",\"a\"]},{\"key\":\"zone\",\"values\":[]}]}]",
        "allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: \"a\"",
        "allowedTopologies[0].matchLabelExpressions[1].values: Required value",
        "allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: \"zone\"")]
    public void A_class_of_storage_is_refused_for(string fields, params string[] causes) => Causes.AreOf<StorageClass>($$"""{ {{fields}} }""", causes);

    [Fact]
    public void What_a_class_makes_stays_the_same()
    {
        Causes.AreOfUpdate<StorageClass>(
            """{"provisioner":"b","parameters":{"a":"1"},"reclaimPolicy":"Retain","volumeBindingMode":"WaitForFirstConsumer","allowVolumeExpansion":true}""",
            """{"provisioner":"a"}""",
            "parameters: Forbidden: updates to parameters are forbidden.",
            "provisioner: Forbidden: updates to provisioner are forbidden.",
            "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
            "volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable");
        Causes.AreOf<VolumeAttributesClass>("""{"driverName":"a"}""", "parameters: Required value: must contain at least one key/value pair");
        Causes.AreOfUpdate<VolumeAttributesClass>(
            """{"driverName":"b","parameters":{"a":"2"}}""",
            """{"driverName":"a","parameters":{"a":"1"}}""",
            "driverName: Forbidden: updates to driverName are forbidden.",
            "parameters: Forbidden: updates to parameters are forbidden.");
    }

    [Theory]
    [InlineData("\"attacher\":\"a\",\"nodeName\":\"n\",\"source\":{\"persistentVolumeName\":\"v\"}")]
    [InlineData("\"attacher\":\"a\",\"nodeName\":\"n\",\"source\":{\"inlineVolumeSpec\":{\"accessModes\":[\"ReadWriteOnce\"],\"csi\":{\"driver\":\"a\",\"volumeHandle\":\"h\"}}}")]
    [InlineData("\"attacher\":\"a\",\"nodeName\":\"n\",\"source\":{}",
        "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName")]
    [InlineData("\"attacher\":\"a\",\"nodeName\":\"n\",\"source\":{\"inlineVolumeSpec\":{\"accessModes\":[\"ReadWriteOnce\"],\"capacity\":{\"storage\":\"1\"},\"hostPath\":{\"path\":\"/a\"}}}",
        "spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes",
        "spec.source.inlineVolumeSpec.csi: Required value: has to be specified in the context of inline volumes")]
    public void An_attachment_is_refused_for(string spec, params string[] causes) => Causes.AreOf<VolumeAttachment>($$"""{"spec":{ {{spec}} } }""", causes);

    [Fact]
    public void A_driver_is_refused_for_what_it_cannot_be()
    {
        Causes.AreOf<CSIDriver>(
            """{"spec":{"fsGroupPolicy":"Mine","volumeLifecycleModes":["Now"],"nodeAllocatableUpdatePeriodSeconds":9,"tokenRequests":[{"audience":"a"},{"audience":"a","expirationSeconds":599}]}}""",
            """spec.fsGroupPolicy: Unsupported value: "Mine": supported values: "File", "None", "ReadWriteOnceWithFSType" """,
            """spec.tokenRequests[1].audience: Duplicate value: "a" """,
            "spec.tokenRequests[1].expirationSeconds: Invalid value: 599: may not specify a duration less than 10 minutes",
            """spec.volumeLifecycleModes: Unsupported value: "Now": supported values: "Persistent", "Ephemeral" """,
            "spec.nodeAllocatableUpdatePeriodSeconds: Invalid value: 9: must be greater than or equal to 10 seconds");
        Causes.AreOfUpdate<CSIDriver>(
            """{"spec":{"attachRequired":false,"volumeLifecycleModes":["Ephemeral"]}}""",
            """{"spec":{}}""",
            "spec.attachedRequired: Invalid value: false: field is immutable",
            """spec.volumeLifecycleModes: Invalid value: ["Ephemeral"]: field is immutable""");
    }

    [Fact]
    public void The_drivers_of_a_node_have_names_of_their_own_and_do_not_change()
    {
        Causes.AreOf<CSINode>(
            """{"spec":{"drivers":[{"name":"a","nodeID":"n","allocatable":{"count":-1}},{"name":"a","nodeID":""}]}}""",
            "spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0",
            "spec.drivers[1].nodeID: Required value",
            """spec.drivers[1].name: Duplicate value: "a" """);
        const string Old = """{"spec":{"drivers":[{"name":"a","nodeID":"n","allocatable":{"count":1}}]}}""";
        Causes.AreOfUpdate<CSINode>(Old.Replace(":1}", ":2}", StringComparison.Ordinal), Old);
        Causes.AreOfUpdate<CSINode>(
            Old.Replace("\"n\"", "\"m\"", StringComparison.Ordinal), Old, """spec.drivers: Invalid value: {"name":"a","nodeID":"m"}: field is immutable""");
    }

    [Fact]
    public void What_room_there_is_told_of_stays_the_same() => Causes.AreOfUpdate<CSIStorageCapacity>(
        """{"storageClassName":"b","nodeTopology":{},"capacity":"-1"}""",
        """{"storageClassName":"a"}""",
        """capacity: Invalid value: "-1": must be greater than or equal to 0""",
        "nodeTopology: Invalid value: {}: field is immutable",
        """storageClassName: Invalid value: "b": field is immutable""");

    [Theory]
    [InlineData("\"dataSource\":{\"kind\":\"Snapshot\",\"name\":\"s\"}",
        "spec.dataSource: Invalid value: \"Snapshot\": must be 'PersistentVolumeClaim' when referencing the default apiGroup")]
    [InlineData("\"dataSource\":{\"kind\":\"PersistentVolumeClaim\",\"name\":\"s\"},\"dataSourceRef\":{\"kind\":\"PersistentVolumeClaim\",\"name\":\"t\"}",
        "spec: Invalid value: \"spec.dataSource\": must match dataSourceRef")]
    [InlineData("\"dataSource\":{\"kind\":\"PersistentVolumeClaim\",\"name\":\"s\"},\"dataSourceRef\":{\"kind\":\"PersistentVolumeClaim\",\"name\":\"s\",\"namespace\":\"n\"}",
        "spec: Invalid value: \"spec.dataSource\": may not be specified when dataSourceRef.namespace is specified")]
    [InlineData("\"volumeAttributesClassName\":\"A\"", $"spec.volumeAttributesClassName: Invalid value: \"A\": {NotSubdomain}")]
    public void A_claim_is_refused_for(string spec, params string[] causes) => Causes.AreOf<PersistentVolumeClaim>(
        $$$"""{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} },{{{spec}}} } }""", causes);

    [Theory]
    [InlineData("2Gi", "Bound", "1Gi")]
    [InlineData("1.5Gi", "Bound", "1Gi")]
    [InlineData("1Gi", "Bound", "1Gi", "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity")]
    public void A_bound_claim_grows_and_goes_back_to_more_than_it_has(string size, string phase, string capacity, params string[] causes)
    {
        const string Claim = """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"SIZE"}}},"status":{"phase":"PHASE","capacity":{"storage":"HAS"}}}""";
        var state = Claim.Replace("PHASE", phase, StringComparison.Ordinal).Replace("HAS", capacity, StringComparison.Ordinal);
        Causes.AreOfUpdate<PersistentVolumeClaim>(
            state.Replace("SIZE", size, StringComparison.Ordinal), state.Replace("SIZE", "1.75Gi", StringComparison.Ordinal), causes);
    }

    [Fact]
    public void A_claim_gets_its_volume_and_its_class_once()
    {
        const string Bare = """{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""";
        var bound = Bare.Replace("\"access", "\"volumeName\":\"v\",\"storageClassName\":\"c\",\"access", StringComparison.Ordinal);
        Causes.AreOfUpdate<PersistentVolumeClaim>(bound, Bare);
        Causes.AreOfUpdate<PersistentVolumeClaim>(
            bound.Replace("\"v\"", "\"w\"", StringComparison.Ordinal),
            bound,
            "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n- spec.volumeName: \"v\"\n+ spec.volumeName: \"w\"\n");
    }
}
