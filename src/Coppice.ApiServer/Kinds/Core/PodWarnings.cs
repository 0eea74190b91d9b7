using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>What is allowed in a pod and hardly ever meant.</summary>
internal static class PodWarnings
{
    public static Findings<string> Of(FieldPath path, PodSpec spec) =>
    [
        .. Containers(path.Child("initContainers"), spec.InitContainers),
        .. Containers(path.Child("containers"), spec.Containers),
        .. spec.TerminationGracePeriodSeconds < 0
            ? [$"{path.Child("terminationGracePeriodSeconds")}: must be >= 0; negative values are invalid and will be treated as 1"]
            : Findings<string>.None,
    ];

    private static Findings<string> Containers(FieldPath path, ValueList<Container> containers)
    {
        var found = Findings<string>.None;
        for (var i = 0; i < containers.Count; i++)
        {
            found.AddRange(Container(path.Index(i), containers[i]));
        }

        return found;
    }

    private static Findings<string> Container(FieldPath path, Container container)
    {
        var found = Findings<string>.None;
        foreach (var (index, name) in FieldRules.Repeated(container.Env, e => e.Name))
        {
            found.Add($"{path.Child("env").Index(index)}: hides previous definition of {QuotedText.Of(name)}, which may be dropped when using apply");
        }

        foreach (var (index, key) in FieldRules.Repeated(container.Ports, p => (p.ContainerPortValue, p.Protocol)))
        {
            var first = container.Ports.Select((p, i) => (p, i)).First(p => (p.p.ContainerPortValue, p.p.Protocol) == key).i;
            found.Add($"{path.Child("ports").Index(index)}: duplicate port definition with {path.Child("ports").Index(first)}");
        }

        return found;
    }
}
