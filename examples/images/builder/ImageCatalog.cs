namespace Coppice.ExampleImages;

/// <summary>How one image is made: its name as manifests write it, its process, and what it holds beside the applications.</summary>
/// <param name="HasShell">Whether bash and busybox are in it; the originals of those without have no shell either.</param>
/// <param name="Files">Path and text of further files.</param>
public sealed record ImageRecipe(ImageName Name, ImageProcess Process, bool HasShell = true, IReadOnlyDictionary<string, string>? Files = null);

/// <summary>The images that the examples and the tests use, under the names of the originals whose behaviour they imitate.</summary>
public static class ImageCatalog
{
    private static readonly string[] ApplicationNames =
        ["nginx", "echo-hname", "kubia", "kubia-unhealthy", "grade-submission-api", "grade-submission-portal", "numbers-api", "agnhost", "goproxy", "testapp"];

    private static readonly Dictionary<string, string> WelcomePage = new()
    {
        ["/usr/share/nginx/html/index.html"] = """
            <!DOCTYPE html>
            <html>
            <head>
            <title>Welcome to nginx!</title>
            </head>
            <body>
            <h1>Welcome to nginx!</h1>
            <p>This page comes from a stand-in for the nginx image, made for the examples and tests of Coppice.</p>
            </body>
            </html>

            """,
    };

    public static IReadOnlyList<ImageRecipe> Recipes { get; } =
    [
        Nginx("nginx:1.15.12", "1.15.12", "SIGTERM"),
        Nginx("nginx:1.16.0", "1.16.0", "SIGTERM"),
        Nginx("nginx:latest", "1.29.0", "SIGQUIT"),
        Runs("sysnet4admin/echo-hname:latest", "echo-hname", 80),
        Runs("luksa/kubia:latest", "kubia", 8080),
        Runs("luksa/kubia-unhealthy:latest", "kubia-unhealthy", 8080),
        Runs("rslim087/kubernetes-course-grade-submission-api:stateful", "grade-submission-api", 3000),
        Runs("rslim087/kubernetes-course-grade-submission-portal:latest", "grade-submission-portal", 5001),
        Runs("kiamol/ch03-numbers-api:latest", "numbers-api", 80),
        Runs("registry.k8s.io/e2e-test-images/agnhost:2.40", "agnhost", 8080) with
        {
            Process = new ImageProcess { Entrypoint = ["/usr/local/bin/agnhost"], Command = ["pause"], Ports = [8080] },
        },
        Runs("registry.k8s.io/goproxy:0.1", "goproxy", 8080) with { HasShell = false },
        Runs("coppice/testapp:1", "testapp", 8080),
        Runs("coppice/testapp:unhealthy", "testapp", 8080) with
        {
            Process = new ImageProcess { Entrypoint = ["/usr/local/bin/testapp"], Command = ["serve"], Ports = [8080], HealthCheck = ["CMD", "false"] },
        },
    ];

    /// <summary>Makes all images around the program of the applications. Layers that several share are made once.</summary>
    public static IReadOnlyList<ContainerImage> Build(byte[] applications)
    {
        var shell = ShellLayer.Build();
        var program = ProgramLayer(applications);
        return [.. Recipes.Select(recipe => ContainerImage.Assemble(recipe.Name, recipe.Process, Layers(recipe, shell, program)))];
    }

    private static List<Layer> Layers(ImageRecipe recipe, Layer shell, Layer program)
    {
        List<Layer> layers = recipe.HasShell ? [shell, program] : [program];
        if (recipe.Files is { } files)
        {
            var own = new LayerWriter();
            foreach (var (path, text) in files)
            {
                own.File(path, text);
            }

            layers.Add(own.Build());
        }

        return layers;
    }

    private static Layer ProgramLayer(byte[] applications)
    {
        const string program = "/usr/local/lib/applications";
        var layer = new LayerWriter().File(program, applications, executable: true);
        foreach (var name in ApplicationNames)
        {
            layer.Link($"/usr/local/bin/{name}", program);
        }

        return layer.Build();
    }

    private static ImageRecipe Runs(string name, string application, int port) =>
        new(ImageName.Parse(name), new ImageProcess { Entrypoint = [$"/usr/local/bin/{application}"], Ports = [port] });

    private static ImageRecipe Nginx(string name, string version, string stopSignal) =>
        new(ImageName.Parse(name), Files: WelcomePage, Process: new ImageProcess
        {
            Command = ["nginx", "-g", "daemon off;"],
            Environment = [$"NGINX_VERSION={version}"],
            Ports = [80],
            StopSignal = stopSignal,
        });
}
