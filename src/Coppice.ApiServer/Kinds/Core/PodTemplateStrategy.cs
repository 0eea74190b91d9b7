using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Validation;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>PodTemplates.</summary>
internal sealed class PodTemplateStrategy : KindStrategy<PodTemplate>
{
    private static readonly FieldPath Path = FieldPath.Of("template");

    public override PodTemplate Default(PodTemplate item) => item with { Template = PodDefaults.Default(item.Template) };

    public override PodTemplate PrepareForCreate(PodTemplate item) => item with { Metadata = FirstGeneration(item) };

    public override PodTemplate PrepareForUpdate(PodTemplate item, PodTemplate old) =>
        item with { Metadata = NextGeneration(item, old, item.Template != old.Template) };

    public override Findings<FieldError> Validate(PodTemplate item) => PodTemplateValidation.Validate(Path, item.Template);

    public override IEnumerable<string> Warnings(PodTemplate item) => PodWarnings.Of(Path, item.Template);
}
