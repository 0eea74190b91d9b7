using Coppice.Objects.Core;

namespace Coppice.ApiServer.Validation;

/// <summary>What a pod needs to talk to the API: its token, whom to trust, and where it is.</summary>
internal static class TokenAccess
{
    /// <summary>The same instance in all pods that are given it, as objects are never changed; it is right, and is not looked through in each of them.</summary>
    public static readonly ProjectedVolumeSource Source = new()
    {
        DefaultMode = 420,
        Sources =
        [
            // An hour and seven seconds is what Kubernetes asks for: its warning of expiry tells this token by that odd number.
            new VolumeProjection { ServiceAccountToken = new ServiceAccountTokenProjection { ExpirationSeconds = 3607, Path = "token" } },
            new VolumeProjection
            {
                ConfigMap = new ConfigMapProjection { Name = "kube-root-ca.crt", Items = [new KeyToPath { Key = "ca.crt", Path = "ca.crt" }] },
            },
            new VolumeProjection
            {
                DownwardAPI = new DownwardAPIProjection
                {
                    Items =
                    [
                        new DownwardAPIVolumeFile
                        {
                            Path = "namespace",
                            FieldRef = new ObjectFieldSelector { ApiVersion = "v1", FieldPath = "metadata.namespace" },
                        },
                    ],
                },
            },
        ],
    };
}
