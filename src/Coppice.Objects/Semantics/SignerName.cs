namespace Coppice.Objects;

/// <summary>The signers of certificates that every cluster has.</summary>
public static class SignerName
{
    /// <summary>For clients of the API.</summary>
    public const string KubeApiServerClient = "kubernetes.io/kube-apiserver-client";

    /// <summary>For the agents of nodes as clients of the API.</summary>
    public const string KubeApiServerClientKubelet = "kubernetes.io/kube-apiserver-client-kubelet";

    /// <summary>For the agents of nodes as servers.</summary>
    public const string KubeletServing = "kubernetes.io/kubelet-serving";

    /// <summary>Of a time when requests named nobody; it may no longer be asked.</summary>
    public const string LegacyUnknown = "kubernetes.io/legacy-unknown";
}
