<?php
/**
 * The gallery the platform sent with an article. It is shown only where the site wants it: themes and templates that
 * read `_igny8_gallery` themselves would show it twice.
 *
 * @package IGNY8\Bridge
 */

namespace IGNY8\Bridge\Rendering;

/** Write the pictures of a post's gallery that its text does not show already, '' unless the site asks for it. */
function gallery( int $post_id, string $html ): string {
	/** Filters whether the gallery stands at the end of an article. */
	if ( ! apply_filters( 'igny8_bridge_show_gallery', defined( 'IGNY8_SHOW_GALLERY' ) && IGNY8_SHOW_GALLERY, $post_id ) ) {
		return '';
	}
	$gallery = get_post_meta( $post_id, '_igny8_gallery', true );
	$figures = '';
	foreach ( is_array( $gallery ) ? array_unique( array_map( 'intval', $gallery ) ) : [] as $attachment_id ) {
		$url = (string) wp_get_attachment_url( $attachment_id );
		if ( '' !== $url && (int) get_post_thumbnail_id( $post_id ) !== $attachment_id && false === strpos( $html, $url ) ) {
			$figures .= "\n" . gallery_figure( $attachment_id );
		}
	}
	return $figures;
}

/** Write one picture with its caption. */
function gallery_figure( int $attachment_id ): string {
	$caption = (string) wp_get_attachment_caption( $attachment_id );
	return '<figure class="wp-block-image size-full">'
		. wp_get_attachment_image( $attachment_id, 'full', false, [ 'class' => "wp-image-$attachment_id" ] )
		. ( '' !== $caption ? '<figcaption>' . wp_kses_post( $caption ) . '</figcaption>' : '' )
		. '</figure>';
}
