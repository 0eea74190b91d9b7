using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>What an ephemeral container does not say is what any container does not say.</summary>
internal static class EphemeralContainerDefaults
{
    public static EphemeralContainer Default(EphemeralContainer ephemeral)
    {
        var filled = ContainerDefaults.Default(ephemeral.AsContainer());
        return ephemeral with
        {
            ImagePullPolicy = filled.ImagePullPolicy,
            TerminationMessagePath = filled.TerminationMessagePath,
            TerminationMessagePolicy = filled.TerminationMessagePolicy,
            Ports = filled.Ports,
            Env = filled.Env,
            LivenessProbe = filled.LivenessProbe,
            ReadinessProbe = filled.ReadinessProbe,
            StartupProbe = filled.StartupProbe,
            Lifecycle = filled.Lifecycle,
            Resources = filled.Resources,
        };
    }
}
