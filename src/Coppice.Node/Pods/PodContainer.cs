using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.Node.Pods;

/// <summary>What a container is for in its pod, which decides when it starts and whether it starts again.</summary>
public enum ContainerRole
{
    /// <summary>Runs to its end before the next one and the main ones start.</summary>
    Init,

    /// <summary>An init container with restartPolicy Always: starts in its turn, and then runs as long as the pod.</summary>
    Sidecar,
    Main,

    /// <summary>Added to a running pod for a look inside; never started again.</summary>
    Ephemeral,
}

/// <summary>A container of a pod, of whatever list it stands in.</summary>
/// <param name="Index">Its place in that list.</param>
public sealed record PodContainer(ContainerRole Role, int Index, Container Spec)
{
    public string Name => Spec.Name;

    /// <summary>As in an event's fieldPath: spec.containers{web}.</summary>
    public string FieldPath => Role switch
    {
        ContainerRole.Main => $"spec.containers{{{Name}}}",
        ContainerRole.Ephemeral => $"spec.ephemeralContainers{{{Name}}}",
        _ => $"spec.initContainers{{{Name}}}",
    };

    /// <summary>All containers of a pod: init containers and sidecars in their order, the main ones, the ephemeral ones.</summary>
    public static IReadOnlyList<PodContainer> Of(PodSpec spec) =>
    [
        .. spec.InitContainers.Select((one, index) => new PodContainer(one.RestartPolicy == RestartPolicy.Always ? ContainerRole.Sidecar : ContainerRole.Init, index, one)),
        .. spec.Containers.Select((one, index) => new PodContainer(ContainerRole.Main, index, one)),
        .. spec.EphemeralContainers.Select((one, index) => new PodContainer(ContainerRole.Ephemeral, index, Plain(one))),
    ];

    /// <summary>Whether it is to be started again after it ended with a code.</summary>
    public bool RestartsAfter(int exitCode, PodSpec pod)
    {
        if (Role == ContainerRole.Sidecar)
        {
            return true;
        }

        if (Role == ContainerRole.Ephemeral)
        {
            return false;
        }

        // Whatever is to be done: it starts again, alone or with all others.
        if (RuleFor(exitCode) is not null)
        {
            return true;
        }

        return (Spec.RestartPolicy ?? pod.RestartPolicy ?? RestartPolicy.Always) switch
        {
            RestartPolicy.Never => false,
            RestartPolicy.OnFailure => exitCode != 0,
            // An init container has done its work when it succeeded, whatever the pod's policy.
            _ => Role == ContainerRole.Main || exitCode != 0,
        };
    }

    /// <summary>Whether all containers of the pod are to start anew after it ended with a code.</summary>
    public bool RestartsAllAfter(int exitCode) => RuleFor(exitCode)?.Action == ContainerRestartRuleAction.RestartAllContainers;

    /// <summary>Whether there is a code after which all containers of the pod start anew.</summary>
    public bool CanRestartAll => Spec.RestartPolicyRules.Any(one => one.Action == ContainerRestartRuleAction.RestartAllContainers);

    // The first that fits counts.
    private ContainerRestartRule? RuleFor(int exitCode) => Spec.RestartPolicyRules.FirstOrDefault(one => Fits(one.ExitCodes, exitCode));

    private static bool Fits(ContainerRestartRuleOnExitCodes? codes, int exitCode) =>
        codes is not null && codes.Values.Contains(exitCode) == (codes.Operator == ContainerRestartRuleOnExitCodesOperator.In);

    private static Container Plain(EphemeralContainer one) => new()
    {
        Name = one.Name,
        Image = one.Image,
        Command = one.Command,
        Args = one.Args,
        WorkingDir = one.WorkingDir,
        EnvFrom = one.EnvFrom,
        Env = one.Env,
        Resources = one.Resources,
        VolumeMounts = one.VolumeMounts,
        VolumeDevices = one.VolumeDevices,
        TerminationMessagePath = one.TerminationMessagePath,
        TerminationMessagePolicy = one.TerminationMessagePolicy,
        ImagePullPolicy = one.ImagePullPolicy,
        SecurityContext = one.SecurityContext,
        Stdin = one.Stdin,
        StdinOnce = one.StdinOnce,
        Tty = one.Tty,
    };
}
