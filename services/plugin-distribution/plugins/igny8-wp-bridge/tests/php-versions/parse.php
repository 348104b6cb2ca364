<?php
/**
 * Parses every PHP file under the folders with the PHP it runs in: php parse.php FOLDER…
 *
 * @package IGNY8\Bridge
 */

$files    = 0;
$problems = 0;
foreach ( array_slice( $argv, 1 ) as $folder ) {
	foreach ( new RecursiveIteratorIterator( new RecursiveDirectoryIterator( $folder, FilesystemIterator::SKIP_DOTS ) ) as $file ) {
		if ( '.php' !== substr( $file, -4 ) ) {
			continue;
		}
		++$files;
		try {
			token_get_all( (string) file_get_contents( $file ), TOKEN_PARSE );
		} catch ( ParseError $problem ) {
			++$problems;
			echo "$file:{$problem->getLine()}: {$problem->getMessage()}\n";
		}
	}
}
echo 'PHP ', PHP_VERSION, ": $files files, $problems with errors\n";
exit( $problems || ! $files ? 1 : 0 );
