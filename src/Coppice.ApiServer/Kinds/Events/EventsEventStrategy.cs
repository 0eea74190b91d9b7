using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Events;

namespace Coppice.ApiServer.Kinds.Events;

/// <summary>Events in their newer form; they are stored in the older one (<see cref="EventConversion"/>).</summary>
internal sealed class EventsEventStrategy : KindStrategy<Event>
{
    private const string Controller = "reportingController";

    public override Findings<FieldError> Validate(Event item)
    {
        var kept = EventConversion.ToCore(item);
        return [.. EventValidation.Common(kept, Controller), .. EventValidation.Newer(kept)];
    }

    public override Findings<FieldError> ValidateUpdate(Event item, Event old)
    {
        var kept = EventConversion.ToCore(item);
        return [.. EventValidation.Common(kept, Controller), .. EventValidation.Unchanged(kept, EventConversion.ToCore(old))];
    }
}
