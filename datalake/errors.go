package datalake

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"

	"github.com/keyless-go/azure/internal/azrest"
)

// What errors.Is finds in the error of a failed call, besides [fs.ErrNotExist],
// [fs.ErrExist], [fs.ErrPermission], [fs.ErrInvalid], [errors.ErrUnsupported]
// and the errnos ENOTEMPTY, ENOTDIR and EISDIR of package syscall. On Windows
// ENOTDIR is fs.ErrNotExist as well, as in package os.
var (
	// ErrBusy: somebody else writes the file, or has just failed to.
	ErrBusy = errors.New("the file is in use")
	// ErrChanged: the file is not what it was when the operation began.
	ErrChanged = errors.New("the file has changed")
	// ErrQuota: the directory holds all that it may.
	ErrQuota = errors.New("the quota is exceeded")
	// ErrChecksum: what was transferred is not what the server holds.
	ErrChecksum = errors.New("the checksums differ")
)

// What the other packages of this module export too. Those that stand for a
// status say nothing about the file: Hadoop answers 403 for much else than a
// lack of permission, and a 404 may come from a gateway that knows no cluster.
var (
	// ErrNotFound: the answer was a 404.
	ErrNotFound = azrest.ErrNotFound
	// ErrForbidden: the answer was a 403.
	ErrForbidden = azrest.ErrForbidden
	// ErrConflict: the answer was a 409 or a 412.
	ErrConflict = azrest.ErrConflict
	// ErrThrottled: too many requests, and the retries did not help.
	ErrThrottled = azrest.ErrThrottled
	// ErrUnauthorized: the server accepts no token of the credential, or sends
	// to a page to log in.
	ErrUnauthorized = azrest.ErrUnauthorized
	// ErrUnexpectedResponse: the answer is none of a data lake's.
	ErrUnexpectedResponse = azrest.ErrUnexpectedResponse
	// ErrForeignLink: the server redirects to where nothing may be sent.
	// Nothing was sent there.
	ErrForeignLink = azrest.ErrForeignLink
)

// meaning is what an exception of Hadoop's or an error code of Gen2's stands
// for, nil if for nothing that package fs knows. Texts are never looked at.
func meaning(code string) error {
	if err := fileMeaning(code); err != nil {
		return err
	}
	switch code {
	case "AlreadyBeingCreatedException", "RecoveryInProgressException", "LeaseExpiredException",
		"LeaseIdMissing", "LeaseAlreadyPresent", "LeaseIdMismatchWithLeaseOperation", "LeaseIsBreakingAndCannotBeAcquired",
		"LeaseIdMismatchWithBlobOperation", "PathLeased":
		return ErrBusy
	case "BadOffsetException", "InvalidFlushPosition", "ConditionNotMet":
		return ErrChanged
	case "QuotaExceededException", "NSQuotaExceededException", "DSQuotaExceededException", "QuotaByStorageTypeExceededException":
		return ErrQuota
	case "UnsupportedOperationException", "UnsupportedRestVersion":
		return errors.ErrUnsupported
	default:
		return nil
	}
}

func fileMeaning(code string) error {
	switch code {
	case "FileNotFoundException",
		"PathNotFound", "FilesystemNotFound", "SourcePathNotFound", "RenameDestinationParentPathNotFound", "BlobNotFound":
		return fs.ErrNotExist
	case "FileAlreadyExistsException", "PathAlreadyExists":
		return fs.ErrExist
	case "AccessControlException", "AuthorizationException", "SecurityException",
		"AuthorizationPermissionMismatch", "AuthorizationFailure", "InsufficientAccountPermissions":
		return fs.ErrPermission
	case "PathIsNotEmptyDirectoryException", "DirectoryNotEmpty":
		return syscall.ENOTEMPTY
	case "ParentNotDirectoryException", "PathIsNotDirectoryException", "PathConflict", "InvalidSourceOrDestinationResourceType":
		return syscall.ENOTDIR
	case "IllegalArgumentException", "HadoopIllegalArgumentException", "InvalidPathException",
		"InvalidResourceName", "InvalidUri", "InvalidSourceUri":
		return fs.ErrInvalid
	default:
		return nil
	}
}

// pathError is the error of an operation on one file, nil for nil.
func pathError(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: name, Err: cause(err)}
}

func linkError(op, from, to string, err error) error {
	if err == nil {
		return nil
	}
	return &os.LinkError{Op: op, Old: from, New: to, Err: cause(err)}
}

// cause takes off what an operation below has said of itself.
func cause(err error) error {
	if e, ok := any(err).(*fs.PathError); ok {
		return e.Err
	}
	return err
}

func errUnsupported(what string) error {
	return fmt.Errorf("%w: the server has no %s", errors.ErrUnsupported, what)
}
