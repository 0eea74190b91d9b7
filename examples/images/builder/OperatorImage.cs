using System.Runtime.CompilerServices;

namespace Coppice.ExampleImages;

/// <summary>The image of the sample operator (<c>../../operator/program</c>): two programs in Python. It is bigger than all others together.</summary>
public static class OperatorImage
{
    public static ImageName Name { get; } = ImageName.Parse("coppice/site-operator:1");

    /// <exception cref="InvalidOperationException">Debian's Python or its Kubernetes client library is not installed.</exception>
    public static ContainerImage Build()
    {
        var programs = new LayerWriter();
        foreach (var file in Directory.GetFiles(SourceFolder(), "*.py"))
        {
            programs.File($"/operator/{Path.GetFileName(file)}", File.ReadAllBytes(file));
        }

        var process = new ImageProcess { Entrypoint = ["/usr/bin/python3.11", "-u"], Environment = ["PYTHONDONTWRITEBYTECODE=1"] };
        return ContainerImage.Assemble(Name, process, [ShellLayer.Build(), PythonLayer.Build(), programs.Build()]);
    }

    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "operator", "program"));
}
