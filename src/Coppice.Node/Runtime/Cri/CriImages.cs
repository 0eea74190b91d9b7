using Coppice.Node.Host;
using Coppice.Node.Images;
using Coppice.Node.Runtime.Cri.Wire;
using Coppice.Node.Runtime.Grpc;

namespace Coppice.Node.Runtime.Cri;

/// <summary>The images of a runtime behind a CRI v1 socket.</summary>
public sealed class CriImages : IImageService, IDisposable
{
    private readonly GrpcConnection _connection;
    private readonly CriConnection _cri;

    /// <param name="socketPath">A Unix socket that speaks CRI v1; it need not exist yet.</param>
    /// <param name="figures">Counts what is asked; null where nobody looks.</param>
    public CriImages(string socketPath, TimeProvider time, RuntimeFigures? figures = null)
    {
        _connection = new GrpcConnection(socketPath, time);
        _cri = new CriConnection(_connection, figures ?? new RuntimeFigures(time));
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>The room on the file system that the runtime keeps its images on; null while it names none.</summary>
    public async ValueTask<FileSystemSpace?> SpaceAsync(CancellationToken stop)
    {
        var answer = await _cri.AskAsync(CriMethods.ImageFsInfo, new ImageFsInfoRequest(), stop);
        return answer.ImageFilesystems is [{ FsId.Mountpoint: var directory }, ..] ? FileSystemSpace.Of(directory) : null;
    }

    public async ValueTask<ImageRecord?> FindAsync(string reference, CancellationToken stop)
    {
        var answer = await _cri.AskAsync(CriMethods.ImageStatus, new ImageStatusRequest { Image = new ImageSpec { Image = reference } }, stop);
        return answer.Image is { } image ? CriRecords.Image(image) : null;
    }

    public async ValueTask<ImageRecord> PullAsync(string reference, RegistryCredential? credential, CancellationToken stop)
    {
        var request = new PullImageRequest { Image = new ImageSpec { Image = reference } };
        if (credential is not null)
        {
            request.Auth = new AuthConfig { Username = credential.Username, Password = credential.Password };
        }

        try
        {
            var pulled = await _connection.CallAsync(CriMethods.PullImage, request, stop);
            return await FindAsync(pulled.ImageRef, stop) ?? throw new RuntimeException($"The image {reference} was removed while it was pulled");
        }
        catch (GrpcException failed)
        {
            stop.ThrowIfCancellationRequested();
            var translated = CriConnection.Translate(failed);
            throw translated is RuntimeUnavailableException && ImagePullFailures.Classify(failed) == ImagePullFailure.Other
                ? translated
                : new ImagePullException(ImagePullFailures.Classify(failed), failed.Message, failed);
        }
    }

    public async ValueTask<IReadOnlyList<ImageRecord>> ListAsync(CancellationToken stop)
    {
        var answer = await _cri.AskAsync(CriMethods.ListImages, new ListImagesRequest(), stop);
        return [.. answer.Images.Select(CriRecords.Image)];
    }

    public async ValueTask RemoveAsync(string imageId, CancellationToken stop) =>
        await _cri.FindAsync(CriMethods.RemoveImage, new RemoveImageRequest { Image = new ImageSpec { Image = imageId } }, stop);
}
