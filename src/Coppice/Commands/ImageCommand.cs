using System.CommandLine;
using System.Globalization;
using Coppice.Commands.Hosting;
using Coppice.Commands.Terminal;
using Coppice.Configuration;
using Coppice.Node.Images;
using Coppice.Node.Runtime;
using Coppice.Node.Runtime.Containerd;
using Coppice.Node.Runtime.Cri;

namespace Coppice.Commands;

/// <summary><c>coppice image</c>: the images on this node.</summary>
internal static class ImageCommand
{
    public static Command Describe(TimeProvider time) => new("image", "The images on this node: load some from files, or list them.")
    {
        DescribeImport(time),
        DescribeList(time),
    };

    private static Command DescribeImport(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var files = new Argument<string[]>("file") { Description = "An OCI archive, or one of \"docker save\"", Arity = ArgumentArity.OneOrMore };
        var command = new Command("import", """
            Load images from archives onto this node, without a registry.

            A pod uses such an image unless its imagePullPolicy is Always (which it is for the tag latest, unless the manifest says otherwise).

            Example
              docker save web:1.0 -o web.tar && sudo coppice image import web.tar
            """)
        {
            files,
            dataDirectory,
        };
        command.SetAction((parsed, stop) => WithImagesAsync(new DataLayout(Path.GetFullPath(parsed.GetValue(dataDirectory)!)), time, async (socket, images) =>
        {
            var importer = new ImageImporter(socket, images, time);
            foreach (var file in parsed.GetValue(files)!)
            {
                foreach (var name in await importer.ImportFileAsync(file, stop))
                {
                    Console.Out.WriteLine($"{name} imported");
                }
            }
        }));
        return command;
    }

    private static Command DescribeList(TimeProvider time)
    {
        var dataDirectory = ServerArguments.DataDirectoryOption();
        var command = new Command("list", "List the images on this node.") { dataDirectory };
        command.SetAction((parsed, stop) => WithImagesAsync(new DataLayout(Path.GetFullPath(parsed.GetValue(dataDirectory)!)), time, async (_, images) =>
        {
            var rows = from image in await images.ListAsync(stop)
                       from name in image.Tags.Count > 0 ? image.Tags : [image.Digests.FirstOrDefault() ?? "<none>"]
                       orderby name
                       select (Name: name, Id: image.Id.Replace("sha256:", "", StringComparison.Ordinal)[..12], Size: Megabytes(image.SizeBytes));
            var all = rows.Prepend((Name: "IMAGE", Id: "ID", Size: "SIZE")).ToList();
            var width = all.Max(one => one.Name.Length);
            foreach (var row in all)
            {
                Console.Out.WriteLine($"{row.Name.PadRight(width)}   {row.Id,-12}   {row.Size,9}");
            }
        }));
        return command;
    }

    private static async Task<int> WithImagesAsync(DataLayout data, TimeProvider time, Func<string, IImageService, Task> work)
    {
        HostChecks.RequireRoot("image");
        var layout = new ContainerdLayout(new ContainerdOptions { Directory = data.Containerd, ExternalSocket = ServerArguments.ContainerdOf(data) });
        using var images = new CriImages(layout.Socket, time);
        try
        {
            await work(layout.Socket, images);
            return ExitCodes.Success;
        }
        catch (RuntimeUnavailableException away)
        {
            throw new UserErrorException($"there is no containerd at {layout.Socket}: start the cluster with \"coppice up\", or name its directory with --data-dir", ExitCodes.NotRunning, away);
        }
        catch (RuntimeException refused)
        {
            throw new UserErrorException(refused.Message, ExitCodes.Failure, refused);
        }
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB";
}
