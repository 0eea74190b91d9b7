using Coppice.Objects;
using Coppice.Objects.Apps;

namespace Coppice.ApiServer.Strategies;

/// <summary>ControllerRevisions: what was recorded stays as it is.</summary>
internal sealed class ControllerRevisionRules : KindStrategy<ControllerRevision>
{
}
