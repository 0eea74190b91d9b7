using Coppice.Objects;

namespace Coppice.ApiServer.Admission;

/// <summary>What an admission that asks others remembers of an object from the first round to the second: whom to ask again.</summary>
internal sealed class RepeatedAsking
{
    /// <summary>The object as it left this admission.</summary>
    public KubernetesObject? Last { get; set; }

    /// <summary>Those that want to know of changes after them.</summary>
    public HashSet<string> Asked { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of them after which there were changes.</summary>
    public HashSet<string> Again { get; } = new(StringComparer.Ordinal);

    /// <summary>In the second round, sees whether somebody has changed the object since.</summary>
    public void Begin(MutationRounds rounds, KubernetesObject? item)
    {
        if (rounds.IsSecond && !Equals(Last, item))
        {
            SomethingChanged();
        }
    }

    public void SomethingChanged()
    {
        Again.UnionWith(Asked);
        Asked.Clear();
    }
}
