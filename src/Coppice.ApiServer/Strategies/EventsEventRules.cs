using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Events;

namespace Coppice.ApiServer.Strategies;

/// <summary>Events in their newer form; they are stored in the older one (<see cref="EventConversion"/>).</summary>
internal sealed class EventsEventRules : KindStrategy<Event>
{
    public override Findings<FieldError> Validate(Event item) => [.. EventValidation.Older(EventConversion.ToCore(item)), .. EventValidation.Newer(item)];

    /// <summary>An event that came in the older form need not be more than it was.</summary>
    public override Findings<FieldError> ValidateUpdate(Event item, Event old) => item.EventTime is null ? [] : EventValidation.Unchanged(item, old);
}
