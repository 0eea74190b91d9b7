using Coppice.Objects;
using Coppice.Objects.Events;

namespace Coppice.ApiServer.Strategies;

/// <summary>Events in their newer form; they are stored in the older one (<see cref="EventConversion"/>).</summary>
internal sealed class EventsEventRules : KindStrategy<Event>
{
}
