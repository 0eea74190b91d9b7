namespace Coppice.ApiServer.Admission;

/// <summary>How long a pod that does not say so itself stays bound to a node that is not well.</summary>
/// <param name="NotReadySeconds">To one whose agent says that something is wrong there.</param>
/// <param name="UnreachableSeconds">To one that has fallen silent.</param>
public sealed record DefaultTolerations(long NotReadySeconds, long UnreachableSeconds)
{
    public static readonly DefaultTolerations Kubernetes = new(300, 300);
}
