using Coppice.Node.Images;
using Coppice.Node.Runtime;

namespace Coppice.Node.Tests.Images;

public sealed class PulledImagesTests : IDisposable
{
    private static readonly ImageReference App = ImageReference.Parse("registry.example/app:1");
    private static readonly ImageRecord Image = new("sha256:1", [], [], 1, null);
    private static readonly RegistryCredential Mine = new("registry.example", "me", "word") { Secret = "uid-1" };

    private readonly string _directory = Directory.CreateTempSubdirectory("coppice-pulled-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_nobody_pulled_is_everybodys() => Assert.True(Pulled().MayUse(Image, App, []));

    [Fact]
    public void What_a_registry_gave_to_anybody_is_everybodys_also_if_it_was_asked_by_somebody_first()
    {
        var pulled = Pulled();
        Pull(pulled, App, Mine);
        Pull(pulled, App, null);
        Assert.True(pulled.MayUse(Image, App, []));
    }

    [Fact]
    public void What_a_registry_gave_to_somebody_is_for_who_has_the_same_credential_or_the_secret_that_it_was_in()
    {
        Pull(Pulled(), App, Mine);

        // Another agent knows it, too.
        var pulled = Pulled();
        Assert.True(pulled.MayUse(Image, ImageReference.Parse("registry.example/app:2"), [Mine with { Secret = "uid-2" }]));
        Assert.True(pulled.MayUse(Image, App, [Mine with { Password = "renewed" }]));
        Assert.False(pulled.MayUse(Image, App, [Mine with { Password = "wrong", Secret = "uid-2" }]));
        Assert.False(pulled.MayUse(Image, App, []));
        Assert.False(pulled.MayUse(Image, ImageReference.Parse("registry.example/other:1"), [Mine]));
        Assert.DoesNotContain("word", File.ReadAllText(_directory + "/pulled.json"), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_pull_that_was_broken_off_nobody_knows_whose_the_image_is()
    {
        Pulled().Begin(App, null);
        Assert.False(Pulled().MayUse(Image, App, [Mine]));

        var pulled = Pulled();
        pulled.End(App, null, null);
        Assert.True(pulled.MayUse(Image, App, []));

        // What was imported before stays everybody's, whoever asks whether there is something newer.
        pulled.Begin(App, "sha256:1");
        Assert.True(pulled.MayUse(Image, App, []));
    }

    [Fact]
    public void Of_a_damaged_record_it_is_said_which_file_it_is_and_what_is_lost_without_it()
    {
        File.WriteAllText(_directory + "/pulled.json", """{"pulled":[{"image":""");
        var refused = Assert.Throws<IOException>(() => Pulled());
        Assert.StartsWith($"{_directory}/pulled.json is damaged: ", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("or remove it: all images that are on this node are then for all of its pods.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_gone_is_forgotten()
    {
        var pulled = Pulled();
        Pull(pulled, App, Mine);
        Assert.Equal(["sha256:1"], pulled.Ids);
        pulled.Forget(["sha256:1"]);
        Assert.Empty(Pulled().Ids);
    }

    [Fact]
    public void What_was_pulled_by_all_of_its_names_can_be_had_again_and_what_was_imported_cannot()
    {
        var pulled = Pulled();
        Assert.False(pulled.CanBeHadAgain(Image));

        Pull(pulled, App, Mine);
        Assert.True(Pulled().CanBeHadAgain(Image));
        Assert.True(pulled.CanBeHadAgain(Image with { Tags = ["registry.example/app:1", "registry.example/app:2"] }));
        Assert.False(pulled.CanBeHadAgain(Image with { Tags = ["registry.example/app:1", "docker.io/library/mine:1"] }));
    }

    private PulledImages Pulled() => new(_directory + "/pulled.json");

    private static void Pull(PulledImages pulled, ImageReference reference, RegistryCredential? with)
    {
        pulled.Begin(reference, null);
        pulled.End(reference, Image, with);
    }
}
