using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Events, in their older form, which is also the one they are stored in.</summary>
internal sealed class EventStrategy : KindStrategy<Event>
{
    public override Findings<FieldError> Validate(Event item) => EventValidation.Common(item, "reportingComponent");
}
