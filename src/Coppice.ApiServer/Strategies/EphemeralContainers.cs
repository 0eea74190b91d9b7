using Coppice.Objects.Core;

namespace Coppice.ApiServer.Strategies;

/// <summary>An ephemeral container has a container's fields; these turn one into the other, so that the same rules serve both.</summary>
internal static class EphemeralContainers
{
    public static Container AsContainer(this EphemeralContainer ephemeral) => new()
    {
        Name = ephemeral.Name,
        Image = ephemeral.Image,
        Command = ephemeral.Command,
        Args = ephemeral.Args,
        WorkingDir = ephemeral.WorkingDir,
        Ports = ephemeral.Ports,
        EnvFrom = ephemeral.EnvFrom,
        Env = ephemeral.Env,
        Resources = ephemeral.Resources,
        ResizePolicy = ephemeral.ResizePolicy,
        RestartPolicy = ephemeral.RestartPolicy,
        RestartPolicyRules = ephemeral.RestartPolicyRules,
        VolumeMounts = ephemeral.VolumeMounts,
        VolumeDevices = ephemeral.VolumeDevices,
        LivenessProbe = ephemeral.LivenessProbe,
        ReadinessProbe = ephemeral.ReadinessProbe,
        StartupProbe = ephemeral.StartupProbe,
        Lifecycle = ephemeral.Lifecycle,
        TerminationMessagePath = ephemeral.TerminationMessagePath,
        TerminationMessagePolicy = ephemeral.TerminationMessagePolicy,
        ImagePullPolicy = ephemeral.ImagePullPolicy,
        SecurityContext = ephemeral.SecurityContext,
        Stdin = ephemeral.Stdin,
        StdinOnce = ephemeral.StdinOnce,
        Tty = ephemeral.Tty,
    };

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
