namespace Coppice.ExampleImages;

/// <summary>The configuration that sends a node to one registry for the images of all that the examples name.</summary>
public static class RegistryMirror
{
    private static readonly string[] Extra = ["ghcr.io", "quay.io"];

    /// <summary>The text of a <c>registries.yaml</c>.</summary>
    public static string Configuration(Uri mirror)
    {
        var registries = ImageCatalog.Recipes.Select(recipe => recipe.Name.Registry).Concat(Extra).Distinct();
        var lines = registries.Select(registry => $"  {registry}:\n    endpoint:\n      - {mirror.GetLeftPart(UriPartial.Authority)}\n");
        return $"mirrors:\n{string.Concat(lines)}";
    }
}
