using Coppice.ApiServer.Errors;
using Coppice.ApiServer.Tables;
using Coppice.ApiServer.Validation;
using Coppice.Objects;
using Coppice.Objects.Core;

namespace Coppice.ApiServer.Kinds.Core;

/// <summary>Templates of pods that nothing runs by itself.</summary>
internal static class PodTemplateKind
{
    public static ServedKind Served { get; } = new(BuiltInKinds.Of<PodTemplate>(), new PodTemplateStrategy(), new PodTemplateTable());
}

internal sealed class PodTemplateStrategy : KindStrategy<PodTemplate>
{
    private static readonly FieldPath Path = FieldPath.Of("template");

    public override PodTemplate Default(PodTemplate item) => item with { Template = PodDefaults.Default(item.Template) };

    public override PodTemplate PrepareForCreate(PodTemplate item) => item with { Metadata = FirstGeneration(item) };

    public override PodTemplate PrepareForUpdate(PodTemplate item, PodTemplate old) =>
        item with { Metadata = NextGeneration(item, old, item.Template != old.Template) };

    public override Findings<FieldError> Validate(PodTemplate item) => PodTemplateValidation.Validate(Path, item.Template);

    public override IEnumerable<string> Warnings(PodTemplate item) => PodWarnings.Of(Path.Child("spec"), item.Template.Spec);
}

internal sealed class PodTemplateTable : KindTable<PodTemplate>
{
    public override IReadOnlyList<TableColumn> Columns { get; } =
    [
        TableColumn.ObjectName,
        TableColumn.Text("Containers", "The names of the containers in the template."),
        TableColumn.Text("Images", "The images of the containers in the template."),
        TableColumn.Text("Pod Labels", "The labels of the template."),
    ];

    protected override IReadOnlyList<object> Cells(PodTemplate item, DateTimeOffset now) =>
    [
        Name(item),
        CellText.ContainerNames(item.Template),
        CellText.ContainerImages(item.Template),
        CellText.Labels(item.Template.Metadata.Labels),
    ];
}
