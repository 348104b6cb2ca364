<?php
/**
 * The ids of the library, written where WordPress looks for them: it adds `srcset`, width and height by them, and the
 * editor knows the image again.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

/** An image block: its attributes and its HTML. */
const IMAGE_BLOCK = '~<!--\s+wp:(?:core/)?image\s+(?:(\{(?:(?!-->).)*?\})\s+)?-->(.*?)<!--\s+/wp:(?:core/)?image\s+-->~s';

/** What the editor puts around blocks. */
const DELIMITER = '~(<!--\s+/?wp:[a-z].*?-->)~s';

/**
 * Write attachment ids into image blocks and plain images that show an image of the library.
 *
 * Images in other blocks are left alone: those blocks keep ids in places of their own, and one more class breaks them.
 *
 * @param array<string,int> $images Attachments by library URL.
 */
function with_attachment_ids( string $content, array $images ): string {
	if ( ! $images ) {
		return $content;
	}
	$blocks = preg_replace_callback(
		IMAGE_BLOCK,
		static function ( array $block ) use ( $images ): string {
			return image_block_with_id( $block[0], $block[1], $block[2], $images );
		},
		$content
	);
	$parts = null === $blocks ? false : preg_split( DELIMITER, $blocks, -1, PREG_SPLIT_DELIM_CAPTURE );
	if ( false === $parts ) {
		return $content;
	}
	$open = [];
	foreach ( $parts as $at => $part ) {
		if ( 0 === $at % 2 ) {
			$parts[ $at ] = in_array( end( $open ), [ false, 'html', 'freeform' ], true ) ? with_image_classes( $part, $images ) : $part;
		} elseif ( preg_match( '~\A<!--\s+/~', $part ) ) {
			array_pop( $open );
		} elseif ( '/-->' !== substr( $part, -4 ) ) {
			$open[] = preg_match( '~wp:(?:core/)?([a-z0-9/_-]+)~', $part, $name ) ? $name[1] : '';
		}
	}
	return implode( '', $parts );
}

/** Write the id of its image into an image block; the size is said to be full unless the block says another. */
function image_block_with_id( string $block, string $json, string $html, array $images ): string {
	$img        = preg_match( IMG, $html, $match ) ? $match[0] : '';
	$id         = $images[ attribute( $img, 'src' ) ] ?? 0;
	$attributes = json_decode( '' !== $json ? $json : '{}' );
	if ( ! $id || ! is_object( $attributes ) ) {
		return $block;
	}
	if ( ! isset( $attributes->sizeSlug ) ) { // phpcs:ignore WordPress.NamingConventions.ValidVariableName -- the editor's name.
		$html = (string) preg_replace_callback(
			'~<figure(?=[\s>])(?:[^"\'>]++|"[^"]*+"|\'[^\']*+\')*+>~i',
			static function ( array $figure ): string {
				return with_classes( $figure[0], [ 'size-full' ] );
			},
			$html,
			1
		);
	}
	$attributes = [ 'id' => $id ] + (array) $attributes + [ 'sizeSlug' => 'full' ];
	return '<!-- wp:image ' . serialize_block_attributes( $attributes ) . ' -->' . with_image_classes( $html, $images ) . '<!-- /wp:image -->';
}

/** Give images of the library the class that names their attachment. */
function with_image_classes( string $html, array $images ): string {
	$result = preg_replace_callback(
		TOKEN,
		static function ( array $token ) use ( $images ): string {
			$is_img = 'img' === strtolower( $token[2] ?? '' );
			$id     = $is_img ? ( $images[ attribute( $token[0], 'src' ) ] ?? 0 ) : 0;
			return $id ? with_image_class( $token[0], $id ) : $token[0];
		},
		$html
	);
	return null === $result ? $html : $result;
}

/** Let an `<img>` name this attachment, and no other. */
function with_image_class( string $img, int $attachment_id ): string {
	$others = preg_grep( '~\Awp-image-[0-9]+\z~', classes( $img ), PREG_GREP_INVERT );
	return with_attribute( $img, 'class', implode( ' ', array_merge( $others, [ "wp-image-$attachment_id" ] ) ) );
}
