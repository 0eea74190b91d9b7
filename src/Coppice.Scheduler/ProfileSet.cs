using Coppice.Client;
using Coppice.Objects.Core;

namespace Coppice.Scheduler;

/// <summary>The profiles by the names that pods ask for, and who tells people what becomes of their pods.</summary>
internal sealed class ProfileSet
{
    private readonly Dictionary<string, (SchedulerProfile Profile, IEventRecorder Events)> _profiles;

    /// <param name="events">Tells, in the name of each profile.</param>
    public ProfileSet(IReadOnlyList<SchedulerProfile> profiles, IEventRecorder events, IApiClient client) =>
        _profiles = profiles.ToDictionary(one => one.Name, one => (one, events.As(one.Name, client)), StringComparer.Ordinal);

    /// <summary>The pod asks for one of them.</summary>
    public bool Has(Pod pod) => _profiles.ContainsKey(NameFor(pod));

    /// <summary>That of a pod that asks for one.</summary>
    public SchedulerProfile Of(Pod pod) => _profiles[NameFor(pod)].Profile;

    /// <summary>Tells people of an object, in the name of the profile that a pod asks for.</summary>
    public IEventRecorder EventsOf(Pod pod) => _profiles[NameFor(pod)].Events;

    private static string NameFor(Pod pod) => pod.Spec.SchedulerName ?? SchedulerProfile.DefaultName;
}
