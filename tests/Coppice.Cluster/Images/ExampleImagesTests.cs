using System.Formats.Tar;
using System.Net.Http.Headers;
using System.Text.Json;
using Coppice.Cluster.Harness;
using Coppice.ExampleImages;
using Coppice.Testing;

namespace Coppice.Cluster.Images;

/// <summary>The example images and the registry that serves them, without a cluster.</summary>
public sealed class ExampleImagesTests
{
    [Fact]
    public void The_same_sources_give_the_same_digests()
    {
        var program = Applications.Compile();
        var once = ImageCatalog.Build(program).Select(image => image.Manifest.Digest);
        var again = ImageCatalog.Build(program).Select(image => image.Manifest.Digest);
        Assert.Equal(once, again);
    }

    [Fact]
    public void No_image_is_bigger_than_five_megabytes() =>
        Assert.All(ImageCatalog.Build(Applications.Compile()), image => Assert.InRange(image.Layers.Sum(layer => layer.Packed.Bytes.Length), 1, 5_000_000));

    [Theory]
    [InlineData("nginx", "docker.io/library/nginx:latest")]
    [InlineData("nginx:1.16.0", "docker.io/library/nginx:1.16.0")]
    [InlineData("luksa/kubia", "docker.io/luksa/kubia:latest")]
    [InlineData("registry.k8s.io/e2e-test-images/agnhost:2.40", "registry.k8s.io/e2e-test-images/agnhost:2.40")]
    [InlineData("localhost:5000/a", "localhost:5000/a:latest")]
    public void A_short_name_is_read_as_docker_reads_it(string name, string full) => Assert.Equal(full, ImageName.Parse(name).ToString());

    [Fact]
    public void Every_image_of_the_examples_manifests_is_in_the_catalog()
    {
        var known = ImageCatalog.Recipes.Select(recipe => recipe.Name).Append(OperatorImage.Name).Select(name => name.ToString()).ToHashSet();
        var wanted = from file in Directory.EnumerateFiles(Repository.Examples, "*.yaml", SearchOption.AllDirectories)
                     from line in File.ReadLines(file)
                     let at = line.IndexOf("image: ", StringComparison.Ordinal)
                     where at >= 0
                     select ImageName.Parse(line[(at + "image: ".Length)..].Split(' ')[0]).ToString();
        Assert.All(wanted.Distinct(), name => Assert.Contains(name, known));
    }

    [Fact]
    public void An_archive_holds_each_blob_once_and_names_every_image()
    {
        var images = ImageCatalog.Build(Applications.Compile());
        var archive = new MemoryStream();
        ImageArchive.Write(archive, images);
        archive.Position = 0;

        var files = new Dictionary<string, byte[]>();
        using var tar = new TarReader(archive);
        while (tar.GetNextEntry() is { } entry)
        {
            var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            files.Add(entry.Name, content.ToArray());
        }

        var index = JsonDocument.Parse(files["index.json"]).RootElement.GetProperty("manifests").EnumerateArray().ToList();
        Assert.Equal(images.Select(image => image.Name.ToString()),
            index.Select(one => one.GetProperty("annotations").GetProperty("io.containerd.image.name").GetString()));
        Assert.All(index, one => Assert.Contains($"blobs/{one.GetProperty("digest").GetString()!.Replace(':', '/')}", files.Keys));
    }

    [Fact]
    public async Task The_registry_serves_every_image_inside_its_own_network()
    {
        Assert.SkipUnless(Environment.UserName == "root", "network namespaces need root");
        using var folder = new TemporaryDirectory();
        await using var network = await NetworkNamespace.CreateAsync($"coppice-images-{Environment.ProcessId}");
        await using var registry = await ImageRegistry.StartAsync(network, folder.File("registry"), folder.File("log"));
        using var http = network.NewHttpClient(TimeSpan.FromSeconds(10));
        http.DefaultRequestHeaders.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("application/vnd.oci.image.manifest.v1+json"));

        foreach (var recipe in ImageCatalog.Recipes)
        {
            var answer = await http.GetAsync(new Uri(ImageRegistry.Address, $"/v2/{recipe.Name.Repository}/manifests/{recipe.Name.Tag}"));
            Assert.True(answer.IsSuccessStatusCode, $"{recipe.Name}: {answer.StatusCode}");
        }
    }
}
