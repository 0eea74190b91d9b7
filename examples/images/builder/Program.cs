using Coppice.ExampleImages;

const string usage = """
    usage: coppice-example-images push URL        builds the example images and pushes them to a registry, such as http://127.0.0.1:5000
           coppice-example-images archive FILE    builds them into one OCI archive, for coppice image import
           coppice-example-images list            prints their names
           coppice-example-images mirror URL      prints the registries.yaml that makes that registry the mirror of theirs
    """;

switch (args)
{
    case ["push", var url]:
        using (var registry = new RegistryClient(new Uri(url)))
        {
            foreach (var image in AllImages())
            {
                await registry.PushAsync(image, CancellationToken.None);
                Console.WriteLine($"{image.Name}  {image.Manifest.Digest[..19]}  {image.Layers.Sum(layer => layer.Packed.Bytes.Length) / 1024} KiB");
            }
        }

        return 0;
    case ["archive", var file]:
        using (var output = File.Create(file))
        {
            ImageArchive.Write(output, AllImages());
        }

        return 0;
    case ["list"]:
        foreach (var name in ImageCatalog.Recipes.Select(recipe => recipe.Name).Append(OperatorImage.Name))
        {
            Console.WriteLine(name);
        }

        return 0;
    case ["mirror", var url]:
        Console.Write(RegistryMirror.Configuration(new Uri(url)));
        return 0;
    default:
        Console.Error.WriteLine(usage);
        return 2;
}

static List<ContainerImage> AllImages() => [.. ImageCatalog.Build(Applications.Compile()), OperatorImage.Build()];
